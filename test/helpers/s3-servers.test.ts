import test from 'ava';
import { AwsClient } from 'aws4fetch';
import { makeBucket } from './put-objects.ts';
import { s3Server, s3ServerNames } from './s3-servers.ts';

for (const name of s3ServerNames) {
  test(`${name} gives what was put into a bucket, whatever the key`, async (t) => {
    const server = s3Server(t, name);
    if (server === undefined) return;
    const bucket = await makeBucket(server);
    const keys = ['a b/é+%.jpg', 'x//y', 'a/b/c', "it's (1)!*.png"];
    await bucket.putAll(keys.map((key) => [key, key]));
    const client = new AwsClient({ ...server, service: 's3', region: 'us-east-1' });
    for (const key of keys) {
      const path = encodeURIComponent(key).replaceAll('%2F', '/');
      const answer = await client.fetch(`${server.endpoint}/${bucket.name}/${path}`);
      t.is(await answer.text(), key);
    }
  });
}
