import { Modal } from '@mantine/core';

import classes from './Help.module.css';
import { useAllShortcuts } from './shortcuts';

/** The keys that hold on the page on view. */
export default function Help({ onClose }: { onClose: () => void }) {
  const shortcuts = [
    { keys: 'Ctrl K', label: 'search or jump, also while typing (⌘ K on a Mac)' },
    ...new Map(useAllShortcuts().map((shortcut) => [shortcut.keys, shortcut])).values(),
    { keys: 'Enter', label: 'open what is marked' },
    { keys: 'Esc', label: 'close what is open' },
  ];
  return (
    <Modal opened onClose={onClose} title="Keys" centered closeButtonProps={{ 'aria-label': 'Close the help' }}>
      <dl className={classes.keys}>
        {shortcuts.map(({ keys, label }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
