import { histogram } from './histogram.ts';
import type { HttpTraffic } from './http-transport.ts';
import type { Failure } from './outcome.ts';

/** Counts of one transport, in bounded memory. */
export interface TrafficCounter {
  onSending(): void;
  onRequest(): void;
  onRetry(): void;
  onHedge(): void;
  onFailure(failure: Failure): void;
  onBytes(bytes: number): void;
  onAnswer(bytes: number, ms: number): void;
  traffic(concurrency: number): HttpTraffic;
}

/** Counts from zero. */
export function trafficCounter(): TrafficCounter {
  const waits = histogram();
  const counts = {
    sendings: 0,
    requests: 0,
    retries: 0,
    hedges: 0,
    refusals: 0,
    bytesReceived: 0,
    bytesUsed: 0,
  };
  return {
    onSending: () => void (counts.sendings += 1),
    onRequest: () => void (counts.requests += 1),
    onRetry: () => void (counts.retries += 1),
    onHedge: () => void (counts.hedges += 1),
    onFailure: ({ isOverload }) => void (counts.refusals += isOverload === true ? 1 : 0),
    onBytes: (bytes) => void (counts.bytesReceived += bytes),
    onAnswer(bytes, ms) {
      counts.bytesUsed += bytes;
      waits.add(ms);
    },
    traffic: (concurrency) => ({
      ...counts,
      concurrency,
      waitMs: { p50: waits.quantile(0.5), p95: waits.quantile(0.95), p99: waits.quantile(0.99) },
    }),
  };
}
