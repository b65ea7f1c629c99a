/** Part of an API request means nothing that is known here; `message` is one clause without the client's own text. */
export class NotUnderstood extends Error {
  constructor(what: string) {
    super(what);
    this.name = "NotUnderstood";
  }
}
