/** What can go wrong between the page and the server, in words a reader can act on. */

/** The server answered with an error. */
export class ProblemError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(describe(status, body));
    this.name = 'ProblemError';
    this.status = status;
    this.body = body;
  }
}

/** Nobody answered, or a proxy answered for a server that is away. */
export class ServerAwayError extends Error {
  constructor(options?: ErrorOptions) {
    super('the server does not answer', options);
    this.name = 'ServerAwayError';
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof ProblemError && (error.status === 404 || isBadId(error));

/** An id in the address that is no id at all is refused with 422 naming the path; for a reader that is "not found". */
function isBadId(error: ProblemError): boolean {
  if (error.status !== 422) return false;
  const details = field(error.body, 'exception_detail');
  return (
    Array.isArray(details) &&
    details.some(
      (detail) => Array.isArray(field(detail, 'loc')) && (field(detail, 'loc') as unknown[])[0] === 'path',
    )
  );
}

export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : 'something went wrong';

/** The sentence inside any of the shapes a problem comes in. */
function describe(status: number, body: unknown): string {
  const detail = field(body, 'detail') ?? field(body, 'exception_message');
  const words = typeof detail === 'string' ? detail : (firstMessage(detail) ?? `HTTP status ${status}`);
  const nested = firstMessage(field(body, 'exception_detail'));
  return nested ? `${words} ${nested}` : words;
}

function firstMessage(details: unknown): string | undefined {
  if (!Array.isArray(details) || details.length === 0) return undefined;
  const message = field(details[0], 'msg');
  const location = field(details[0], 'loc');
  if (typeof message !== 'string') return undefined;
  return Array.isArray(location) ? `${location.join('.')}: ${message}` : message;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
