/** The typed way to the server: one function per HTTP method, checked against the API document. */
import { noteServerDate } from '@/lib/clock';
import { fillPath } from '@/lib/paths';
import { noteAnswer, noteAway } from './connection';
import { ProblemError, ServerAwayError } from './problem';
import type { paths } from './schema.gen';
import type { Served } from './served';

type Method = 'get' | 'post' | 'delete';
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? paths[P][M] : never;
type Responses<O> = O extends { responses: infer R } ? R : never;
type Answer<O> = Served<
  200 extends keyof Responses<O>
    ? Json<Responses<O>[200]>
    : 201 extends keyof Responses<O>
      ? Json<Responses<O>[201]>
      : undefined
>;
type BodyOf<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : undefined;

export type Options<Body = never> = {
  body?: Body;
  path?: Record<string, string>;
  query?: Record<string, string>;
  signal?: AbortSignal;
};

export const get = <P extends PathsWith<'get'>>(path: P, options: Options = {}) =>
  send('GET', path, options) as Promise<Answer<Operation<P, 'get'>>>;

export const post = <P extends PathsWith<'post'>>(path: P, options: Options<BodyOf<Operation<P, 'post'>>>) =>
  send('POST', path, options) as Promise<Answer<Operation<P, 'post'>>>;

export const remove = <P extends PathsWith<'delete'>>(path: P, options: Options = {}) =>
  send('DELETE', path, options) as Promise<void>;

async function send(method: string, path: string, options: Options<unknown>): Promise<unknown> {
  const query = options.query ? `?${new URLSearchParams(options.query)}` : '';
  const response = await reach(fillPath(path, options.path) + query, {
    method,
    signal: options.signal,
    headers: options.body === undefined ? undefined : { 'Content-Type': 'application/json' },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  noteServerDate(response.headers.get('Date'));
  if (!response.ok) throw new ProblemError(response.status, await readBody(response));
  return response.status === 204 ? undefined : readBody(response);
}

/** Sends; a network failure and a gateway's "nobody there" are one and the same to the reader. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    noteAway();
    throw new ServerAwayError({ cause });
  });
  if ([502, 503, 504].includes(response.status)) {
    noteAway();
    throw new ServerAwayError();
  }
  noteAnswer();
  return response;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 500) };
  }
}
