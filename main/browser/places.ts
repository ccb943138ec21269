import type { Duplex } from 'node:stream';

/**
 * The connections of one standing, at most `most` of them. Where another comes, the one that has been quiet for longest
 * gives way: whoever asks something right after connecting, as browsers do, is never kept out by those who only wait.
 */
export class Places {
  readonly #most: number;
  /** The one that was heard of last is at the end. */
  readonly #sockets = new Set<Duplex>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a connection in, or notes that it was heard of again. */
  take(socket: Duplex): void {
    if (!this.#sockets.delete(socket)) socket.once('close', () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    for (const longest of this.#sockets) {
      if (this.#sockets.size <= this.#most) break;
      this.leave(longest);
      longest.destroy();
    }
  }

  /** Frees the place of a connection that goes on elsewhere. */
  leave(socket: Duplex): void {
    this.#sockets.delete(socket);
  }
}
