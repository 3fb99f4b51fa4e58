/** What a pipeline tells whoever started it, besides its results. */
export interface RunListener {
  /** Called once, before the first result: how many plans the run has, and how many of them are behind it. */
  planned?(plans: { readonly total: number; readonly done: number; readonly images: number }): void;
  /** Something a person should know that is no error, such as a lock that was taken over. */
  note?(text: string): void;
}
