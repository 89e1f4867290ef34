import { Agent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';

/** How long Shopify waits for a connection and for the whole answer (ms). */
export interface Patience {
  connectWithin: number;
  answerWithin: number;
}

/** Posts webhooks over connections that are kept open. */
export class Poster {
  readonly #http = new Agent({ keepAlive: true });
  readonly #https = new SecureAgent({ keepAlive: true });

  /** The status of the answer. @throws when there is none in time */
  async post(uri: string, headers: Record<string, string>, body: Buffer, patience: Patience): Promise<number> {
    try {
      return await this.#once(uri, headers, body, patience);
    } catch (error) {
      // a connection that was kept may be closed by the other side just as it is used again
      if (error instanceof StaleConnection) return this.#once(uri, headers, body, patience);
      throw error;
    }
  }

  #once(uri: string, headers: Record<string, string>, body: Buffer, patience: Patience): Promise<number> {
    const secure = uri.startsWith('https:');
    const send = secure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: secure ? this.#https : this.#http, headers };
      const request: ClientRequest = send(uri, options, (response) => {
        response.resume();
        response.once('end', () => {
          clearTimeout(answering);
          resolve(response.statusCode!);
        });
        response.once('error', fail);
      });
      const answering = setTimeout(
        () => request.destroy(new Error(`no answer within ${patience.answerWithin} ms`)),
        patience.answerWithin,
      );
      const fail = (error: Error) => {
        clearTimeout(answering);
        const stale = request.reusedSocket && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));
        reject(stale ? new StaleConnection() : error);
      };
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const connecting = setTimeout(
          () => request.destroy(new Error(`no connection within ${patience.connectWithin} ms`)),
          patience.connectWithin,
        );
        socket.once('connect', () => clearTimeout(connecting));
        socket.once('close', () => clearTimeout(connecting));
      });
      request.once('error', fail);
      request.end(body);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

class StaleConnection extends Error {}
