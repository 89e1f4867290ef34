import type { Problem } from '@xeno/contracts';
import type { IncomingHttpHeaders } from 'node:http';

export type FieldError = NonNullable<Problem['errors']>[number];

/** An error that a caller is told about as it is: `detail` and `code` go into the answer. Everything else becomes a bare 500. */
export class HttpError extends Error {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly errors?: FieldError[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { retryable?: boolean; errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.retryable = more.retryable ?? false;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

/** The connection is closed after it: the rest of the body is not read. */
export class TooLarge extends HttpError {
  constructor() {
    super(413, 'body_too_large', 'The body is too large.', { headers: { connection: 'close' } });
  }
}

export class Compressed extends HttpError {
  constructor() {
    super(415, 'unsupported_media_type', 'Send the body without compression.');
  }
}

export const isCompressed = ({ 'content-encoding': encoding }: IncomingHttpHeaders): boolean =>
  (encoding || 'identity') !== 'identity';

/** 400. `path` names the field as the caller wrote it: `from`, `email`, `tenant_id`. */
export class BadInput extends HttpError {
  constructor(errors: FieldError[], detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')) {
    super(400, 'bad_input', detail, { errors });
  }
}

export class Unauthorized extends HttpError {
  constructor(detail: string, code = 'unauthorized', challenge = 'Bearer') {
    super(401, code, detail, { headers: { 'www-authenticate': challenge } });
  }
}

export class Forbidden extends HttpError {
  constructor(detail: string, code = 'forbidden') {
    super(403, code, detail);
  }
}

/** 404, word for word the same for what does not exist and for what is someone else's. */
export class NotFound extends HttpError {
  constructor() {
    super(404, 'not_found', 'There is nothing here, or it is not yours.');
  }
}

export class Conflict extends HttpError {
  constructor(detail: string, code = 'conflict') {
    super(409, code, detail);
  }
}

export class TooMany extends HttpError {
  constructor(retryAfterSeconds: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
    const wait = seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
    super(429, 'too_many_requests', `Too many tries. Try again in ${wait}.`, {
      retryable: true,
      headers: { 'retry-after': String(seconds) },
    });
  }
}

/** `cause` is for the log alone. */
export class Unavailable extends HttpError {
  constructor(detail: string, cause?: unknown) {
    super(503, 'unavailable', detail, { retryable: true, headers: { 'retry-after': '5' }, cause });
  }
}
