import { errorCode } from '../../operators/files/system-error.ts';
import type { Failure } from './outcome.ts';

/** Certificates that are wrong now and at the next try. */
const certificate = /CERT|UNABLE_TO|SELF_SIGNED|ERR_TLS|ERR_SSL/u;

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
};

/** Failures before anything was sent. */
const unreached = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Why an exchange broke off, by the code of the error alone: its other fields may hold what was sent.
 */
export function networkFailure(error: unknown): Failure {
  const code = errorCode(error) ?? 'unknown error';
  const isFinal = certificate.test(code) || code.startsWith('ERR_INVALID');
  const isUnreached = unreached.has(code);
  return {
    reason:
      reasons[code] ?? (certificate.test(code) ? `its certificate is not trusted (${code})` : code),
    about: isUnreached || isFinal ? 'store' : 'object',
    isUnreached,
    isFinal,
  };
}
