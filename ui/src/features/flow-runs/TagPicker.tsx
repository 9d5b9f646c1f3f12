/** Collects tags that a run must have, all of them. */
import { useState } from 'react';
import { ChevronDownIcon, CloseIcon } from '@/components/icons';
import { Button } from '@/components/ui/Button';
import { PickerOption, PickerPanel } from '@/components/ui/Picker';

type Props = { chosen: string[]; onChange: (tags: string[]) => void };

export function TagPicker({ chosen, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const words = chosen.length === 0 ? 'Any tag' : chosen.length === 1 ? chosen[0] : `${chosen.length} tags`;
  const add = () => {
    const tag = text.trim();
    if (tag && !chosen.includes(tag)) onChange([...chosen, tag]);
    setText('');
  };
  return (
    <PickerPanel
      isOpen={isOpen}
      onOpenChange={setOpen}
      label="Choose tags"
      placeholder="Type a tag, then Enter"
      text={text}
      onText={setText}
      onEnter={add}
      trigger={
        <Button className="max-w-44 pr-2" aria-label={`Tags: ${words}`}>
          <span className="truncate">{words}</span>
          <ChevronDownIcon className="size-3.5 text-muted" />
        </Button>
      }
    >
      {chosen.map((tag) => (
        <PickerOption
          key={tag}
          isChosen={false}
          label={`Remove ${tag}`}
          onClick={() => onChange(chosen.filter((entry) => entry !== tag))}
        >
          {tag}
          <CloseIcon className="ml-auto size-3.5 text-muted" />
        </PickerOption>
      ))}
      {chosen.length === 0 && text === '' && (
        <p className="px-2 py-2 text-xs text-muted">Runs must have every tag you add.</p>
      )}
      {text.trim() !== '' && (
        <PickerOption isChosen={false} onClick={add}>
          Add “{text.trim()}”
        </PickerOption>
      )}
    </PickerPanel>
  );
}
