import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../operators/errors.ts';
import { fileReason } from './file-reason.ts';
import type { ByteRange, ObjectStore, StoredObject, StoreReadOptions } from './object-store.ts';
import { readOnly } from './read-file.ts';
