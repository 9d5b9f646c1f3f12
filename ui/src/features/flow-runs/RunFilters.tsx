/** The filters of the runs page. */
import type { Ref } from 'react';
import { CloseIcon } from '@/components/icons';
import { SearchField } from '@/components/SearchField';
import { StatePicker } from '@/components/StatePicker';
import { Button } from '@/components/ui/Button';
import { Select } from '@/components/ui/Choice';
import { RANGES, rangeWords } from '@/lib/range';
import { FlowPicker } from './FlowPicker';
import { isFiltered, type RunSearch, SORTS } from './run-search';
import { TagPicker } from './TagPicker';

type Props = { search: RunSearch; onSearch: (next: RunSearch) => void; field: Ref<HTMLInputElement> };

const RANGE_OPTIONS = [
  { value: 'all', label: 'Any time' },
  ...RANGES.map((range) => ({ value: range, label: capital(rangeWords(range)) })),
] as const;

export function RunFilters({ search, onSearch, field }: Props) {
  const change = (patch: Partial<RunSearch>) => onSearch({ ...search, ...patch });
  return (
    <search className="flex flex-wrap items-center gap-2 px-4 pb-3 md:px-6" aria-label="Filter runs">
      <SearchField
        ref={field}
        label="Search runs by name"
        placeholder="Search by name"
        shortcut="/"
        value={search.name ?? ''}
        onChange={(name) => change({ name: name || undefined })}
        className="w-56 max-sm:w-full"
      />
      <StatePicker
        chosen={search.state ?? []}
        onChange={(state) => change({ state: state.length > 0 ? state : undefined })}
      />
      <FlowPicker chosen={search.flow} onChange={(flow) => change({ flow })} />
      <TagPicker
        chosen={search.tag ?? []}
        onChange={(tag) => change({ tag: tag.length > 0 ? tag : undefined })}
      />
      <Select
        label="Time range"
        value={search.range ?? 'all'}
        options={RANGE_OPTIONS}
        onChange={(range) => change({ range: range === 'all' ? undefined : range })}
      />
      {isFiltered(search) && (
        <Button look="quiet" onClick={() => onSearch({ sort: search.sort })}>
          <CloseIcon className="size-3.5" />
          Clear
        </Button>
      )}
      <div className="ml-auto">
        <Select
          label="Sort"
          isQuiet
          value={search.sort ?? 'START_TIME_DESC'}
          options={SORTS}
          onChange={(sort) => change({ sort: sort === 'START_TIME_DESC' ? undefined : sort })}
        />
      </div>
    </search>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
