import type { WheelFile } from './wheel-file.ts';
import type { ZipMember } from '../../operators/files/zip-directory.ts';

/** A member of a wheel, and where below `deps/` it goes. */
export interface PlacedMember {
  readonly member: ZipMember;
  readonly to: string;
}

/** Libraries of TensorFlow that the addon is linked to. */
export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** Headers that the addon includes, and those that these include. */
const headers = [
  ...['c_api', 'c_api_macros', 'tf_attrtype', 'tf_buffer', 'tf_datatype', 'tf_status', 'tf_tensor']
    .concat('tf_tstring', 'eager/c_api')
    .map((name) => `tensorflow/c/${name}.h`),
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
] as const;

/**
 * Members of a wheel of TensorFlow that are needed; undefined where the wheel does not have it.
 *
 * @returns By the path below `deps/`.
 */
export function tensorflowMembers({
  members,
}: Pick<WheelFile, 'members'>): ReadonlyMap<string, ZipMember | undefined> {
  const byName = new Map(members.map((member) => [member.name, member]));
  return new Map([
    ...libraries.map((name) => [`lib/${name}`, byName.get(`tensorflow/${name}`)] as const),
    ...headers.map(
      (name) => [`include/${name}`, byName.get(`tensorflow/include/${name}`)] as const,
    ),
    ['licenses/tensorflow.txt', byName.get('tensorflow/include/LICENSE')],
  ]);
}

/**
 * Members of a wheel of NVIDIA that are needed when TensorFlow runs: libraries, and the compiler of XLA with what it
 * reads. The libraries of TensorFlow look for them in `../nvidia/<part>/lib`.
 */
export function nvidiaMembers({
  members,
  project,
}: Pick<WheelFile, 'members' | 'project'>): readonly PlacedMember[] {
  return members.flatMap((member) => {
    const { name } = member;
    if (/^[^/]+\.dist-info\/(?:licenses\/)?License\.txt$/iu.test(name)) {
      return [{ member, to: `licenses/${project}.txt` }];
    }
    const isNeeded =
      /^nvidia\/\w+\/(?:lib|bin|nvvm)\/.*[^/]$/u.test(name) && !/\.(?:a|py)$/u.test(name);
    return isNeeded ? [{ member, to: name }] : [];
  });
}
