import test from 'ava';
import { lastValueFrom, of } from 'rxjs';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { permits } from '../../../operators/flow/permits.ts';
import { perSample } from '../../../operators/flow/per-sample.ts';
import { decodeImage } from '../../../operators/stages/decode-image.ts';
import { onBadSample, skipBad } from '../../../operators/stages/on-bad-sample.ts';
import { quarantine } from '../../../operators/stages/quarantine.ts';
import { readImage } from '../../../operators/stages/read-image.ts';
import { writeHostileFolder } from '../../helpers/hostile-images.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('in a folder of hostile files every good image is decoded and every other one named', async (t) => {
  const root = await temporaryFolder(t);
  const { good, bad } = await writeHostileFolder(root);
  const dataset = await openImageFolder(root);
  t.is(dataset.count, good.length + bad.length);
  const samples = Array.from({ length: dataset.count }, (_, position) =>
    Object.assign({ position, draw: 0 }, dataset.sample(position)),
  );
  const refused = quarantine({ count: dataset.count, maxInvalid: 1 });
  const limited = permits(3);
  const read = readImage(dataset, { permits: limited });
  const decode = decodeImage({ permits: limited });
  const { images } = await lastValueFrom(
    of({ seq: 0, epoch: 0, samples }).pipe(
      perSample(onBadSample(skipBad, refused, (source) => source.pipe(read, decode))),
    ),
  );
  t.deepEqual(
    images.map(({ id }) => id),
    good,
  );
  t.deepEqual(
    refused.list().map(({ id }) => id),
    bad,
  );
  for (const { stage, code } of refused.list())
    t.deepEqual([stage, code], ['decode', 'ERR_DECODE']);
  t.is(limited.held, 0);
});
