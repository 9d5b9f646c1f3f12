/** Live sockets: the `prefect` handshake, a filter, frames; reconnecting with growing pauses. */
import { socketUrl } from '@/lib/paths';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const POLICY_VIOLATION = 1008;

export type LiveStatus = 'connecting' | 'live' | 'lost' | 'refused';

export type LiveOptions = {
  path: string;
  filter: unknown;
  /** Asks the events socket for what was stored lately; the logs socket has none. */
  backfill?: boolean;
  onFrame: (frame: Record<string, unknown>) => void;
  /** Called with `live` after every handshake: what was missed meanwhile can be fetched then. */
  onStatus: (status: LiveStatus) => void;
};

/** Opens a socket and keeps it open; the returned function closes it for good. */
export function openLive(options: LiveOptions): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let isClosed = false;

  const connect = () => {
    options.onStatus(attempts === 0 ? 'connecting' : 'lost');
    const current = new WebSocket(socketUrl(options.path), 'prefect');
    socket = current;
    current.onopen = () => current.send(JSON.stringify({ type: 'auth', token: null }));
    current.onmessage = (message) => {
      if (!isClosed && current === socket) receive(current, String(message.data));
    };
    current.onclose = (event) => {
      if (isClosed || current !== socket) return;
      if (event.code === POLICY_VIOLATION) options.onStatus('refused');
      else retry();
    };
  };

  const receive = (current: WebSocket, text: string) => {
    const frame = parseFrame(text);
    if (frame?.type === 'auth_success') {
      const backfill = options.backfill === undefined ? {} : { backfill: options.backfill };
      current.send(JSON.stringify({ type: 'filter', filter: options.filter, ...backfill }));
      attempts = 0;
      options.onStatus('live');
    } else if (frame) options.onFrame(frame);
  };

  const retry = () => {
    options.onStatus('lost');
    timer = setTimeout(connect, pauseFor(attempts++));
  };

  connect();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    socket?.close(1000);
  };
}

/** Doubles from half a second to fifteen, less up to a quarter, so that many pages do not return at once. */
export function pauseFor(attempt: number, random: () => number = Math.random): number {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return pause * (1 - random() / 4);
}

function parseFrame(text: string): Record<string, unknown> | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
