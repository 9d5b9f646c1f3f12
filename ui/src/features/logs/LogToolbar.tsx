/** The bar above the logs. */
import type { Ref } from 'react';
import type { Log, LogCriteria } from '@/api/logs';
import { fetchNewer } from '@/api/logs';
import { ArrowDownIcon, CopyIcon, DownloadIcon } from '@/components/icons';
import { LiveIndicator, type Liveness } from '@/components/LiveIndicator';
import { SearchField } from '@/components/SearchField';
import { showToast } from '@/components/toasts';
import { Button, IconButton } from '@/components/ui/Button';
import { Select } from '@/components/ui/Choice';
import { Hint } from '@/components/ui/Hint';
import { stripAnsi } from '@/lib/ansi';
import { copyText, downloadText } from '@/lib/copy';
import { formatCount, plural } from '@/lib/number';
import { LEVELS, type LogSearch, levelName } from './log-search';

type Props = {
  search: LogSearch;
  onSearch: (patch: LogSearch) => void;
  field: Ref<HTMLInputElement>;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  isRunning: boolean;
  status: Liveness;
  criteria: LogCriteria;
  name: string;
  shown: number;
  hasMore: boolean;
};

export function LogToolbar(props: Props) {
  const { search, onSearch } = props;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 md:px-6">
      <SearchField
        ref={props.field}
        label="Search the logs"
        placeholder="Search the logs"
        shortcut="/"
        value={search.q ?? ''}
        onChange={(q) => onSearch({ q: q || undefined })}
        className="w-60 max-sm:w-full"
      />
      <Select
        label="Level"
        value={search.level ?? 'all'}
        options={LEVELS}
        onChange={(level) => onSearch({ level: level === 'all' ? undefined : level })}
      />
      <span className="tabular text-xs text-muted">
        {props.hasMore ? `${formatCount(props.shown)} lines read so far` : plural(props.shown, 'line')}
      </span>
      <div className="ml-auto flex items-center gap-1">
        <LiveIndicator status={props.status} />
        {props.isRunning && (
          <Button
            look="quiet"
            aria-pressed={props.isFollowing}
            onClick={() => props.onFollow(!props.isFollowing)}
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            <ArrowDownIcon />
            Follow
          </Button>
        )}
        <Exports {...props} />
      </div>
    </div>
  );
}

/** Copying and downloading take all lines that match, also those that were not scrolled to. */
function Exports({ criteria, name, shown }: Props) {
  const load = async (use: (text: string, count: number) => Promise<void> | void) => {
    try {
      const lines = await fetchNewer(criteria, []);
      await use(lines.map(lineText).join('\n'), lines.length);
    } catch (error) {
      showToast(error instanceof Error ? error.message : 'the logs could not be read', true);
    }
  };
  return (
    <>
      <Hint text="Copy all matching lines">
        <IconButton
          label="Copy all matching lines"
          disabled={shown === 0}
          onClick={() =>
            void load(async (text, count) => {
              const isCopied = await copyText(text);
              showToast(
                isCopied ? `Copied ${plural(count, 'line')}` : 'the browser refused to copy',
                !isCopied,
              );
            })
          }
        >
          <CopyIcon />
        </IconButton>
      </Hint>
      <Hint text="Download all matching lines">
        <IconButton
          label="Download all matching lines"
          disabled={shown === 0}
          onClick={() => void load((text) => downloadText(`${name}.log`, `${text}\n`))}
        >
          <DownloadIcon />
        </IconButton>
      </Hint>
    </>
  );
}

const lineText = (line: Log): string =>
  `${line.timestamp} | ${levelName(line.level).toUpperCase().padEnd(8)} | ${line.name} | ${stripAnsi(line.message)}`;
