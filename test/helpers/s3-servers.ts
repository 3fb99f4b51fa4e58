import type { ExecutionContext } from 'ava';

/** An S3 server that was started for tests, by `.ci/object-stores/run`. */
export interface S3Server {
  /** `http://host:port`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Variables of the environment by which it is found. */
  readonly env: Readonly<Record<string, string>>;
}

/** Names of the servers, and the variables that hold their addresses: `http://key:secret@host:port`. */
const variables = {
  /** OpenStack Swift with its s3api filter: a production server, which checks signatures. */
  Swift: 'SINCERE_SWIFT',
  /** A second opinion, which takes any secret. */
  moto: 'SINCERE_MOTO',
} as const;

/** Name of a server. */
export type S3ServerName = keyof typeof variables;

/** Every server. */
export const s3ServerNames = Object.keys(variables) as readonly S3ServerName[];

/** A server, or undefined, which the test that asks tells. */
export function s3Server(t: ExecutionContext, name: S3ServerName): S3Server | undefined {
  const server = startedS3Server(name);
  if (server !== undefined) return server;
  t.log(`not run: no ${name}; \`.ci/object-stores/run npm test\` starts it`);
  t.pass();
  return undefined;
}

/** A server, where it was started. */
export function startedS3Server(name: S3ServerName): S3Server | undefined {
  const address = process.env[variables[name]];
  if (address === undefined) return undefined;
  const { origin, username, password } = new URL(address);
  const accessKeyId = decodeURIComponent(username);
  const secretAccessKey = decodeURIComponent(password);
  return {
    endpoint: origin,
    accessKeyId,
    secretAccessKey,
    env: s3Environment(origin, accessKeyId, secretAccessKey),
  };
}

/** Variables of the environment by which a server is found. */
export function s3Environment(
  endpoint: string,
  accessKeyId: string,
  secretAccessKey: string,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

/** Has stores of this process, and of what it starts, ask a server; before the first of them is opened. */
export function useS3Server({ env }: S3Server): void {
  Object.assign(process.env, env);
}
