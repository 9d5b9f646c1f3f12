/** The lines themselves: virtual, of any height, kept in place while earlier ones are loaded. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Log } from '@/api/logs';
import { ArrowDownIcon } from '@/components/icons';
import { Button } from '@/components/ui/Button';
import { LogLine } from './LogLine';

type Props = {
  lines: Log[];
  query: string;
  withTask: boolean;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  startsAtEnd: boolean;
  loadEarlier: (() => void) | null;
  loadLater: (() => void) | null;
};

const LINE_HEIGHT = 22;
/** This many lines before the edge the next page is asked for. */
const AHEAD = 60;
const END_SLACK_PX = 24;

export function LogList(props: Props) {
  const { lines, isFollowing } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 20,
    anchorTo: props.startsAtEnd || isFollowing ? 'end' : 'start',
    followOnAppend: isFollowing,
    scrollEndThreshold: END_SLACK_PX,
  });
  useLoadingAtEdges(props, virtualizer.range);
  useStartAtEnd(props.startsAtEnd || isFollowing, () => virtualizer.scrollToEnd({ behavior: 'auto' }));

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        role="log"
        aria-label="Logs"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        // Only the reader's own scrolling ends the following, not the list's.
        onWheel={(event) => event.deltaY < 0 && isFollowing && props.onFollow(false)}
        onKeyDown={(event) => {
          if (['ArrowUp', 'PageUp', 'Home'].includes(event.key) && isFollowing) props.onFollow(false);
        }}
        className="min-h-0 flex-1 overflow-auto overscroll-contain bg-surface py-1 font-mono text-xs [overflow-anchor:none]"
        data-testid="log-list"
      >
        <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((entry) => {
            const line = lines[entry.index];
            return line ? (
              <div
                key={entry.key}
                data-index={entry.index}
                ref={virtualizer.measureElement}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${entry.start}px)` }}
              >
                <LogLine
                  line={line}
                  before={lines[entry.index - 1]}
                  query={props.query}
                  withTask={props.withTask}
                />
              </div>
            ) : null;
          })}
        </div>
      </div>
      <JumpToEnd
        isNeeded={!isFollowing && lines.length > 0 && (virtualizer.range?.endIndex ?? 0) < lines.length - 2}
        onJump={() => {
          props.onFollow(true);
          virtualizer.scrollToEnd({ behavior: 'auto' });
        }}
      />
    </div>
  );
}

function useLoadingAtEdges(props: Props, range: { startIndex: number; endIndex: number } | null): void {
  const { loadEarlier, loadLater, lines } = props;
  const isNearStart = range !== null && range.startIndex < AHEAD;
  const isNearEnd = range !== null && range.endIndex > lines.length - AHEAD;
  useEffect(() => {
    if (isNearStart) loadEarlier?.();
    if (isNearEnd) loadLater?.();
  }, [isNearStart, isNearEnd, loadEarlier, loadLater]);
}

/** A list that is read from its end, or followed, begins there. */
function useStartAtEnd(isWanted: boolean, scroll: () => void): void {
  const latest = useRef(scroll);
  latest.current = scroll;
  useEffect(() => {
    if (isWanted) latest.current();
  }, [isWanted]);
}

function JumpToEnd({ isNeeded, onJump }: { isNeeded: boolean; onJump: () => void }) {
  if (!isNeeded) return null;
  return (
    <Button className="absolute right-6 bottom-3 shadow-(--shadow)" onClick={onJump}>
      <ArrowDownIcon />
      To the end
    </Button>
  );
}
