/** Requests and bytes of a remote store. */
export interface StoreTraffic {
  /** Sendings that were asked for: the least possible number of requests. */
  readonly sendings: number;
  /** Requests, all tries and hedges among them. */
  readonly requests: number;
  /** Requests that were tries after the first. */
  readonly retries: number;
  /** Requests that were sent beside one that took long. */
  readonly hedges: number;
  /** Bytes of bodies that came, those of failed tries among them. */
  readonly bytesReceived: number;
  /** Bytes that were handed out: the least possible number of bytes. */
  readonly bytesUsed: number;
  /** Time from a sending to its answer in milliseconds, tries and back-off included; within 7 %. */
  readonly waitMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}
