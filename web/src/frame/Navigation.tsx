import { ActionIcon } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { BookSummary } from '../api/client';
import { Icon } from '../show/Icon';
import classes from './Navigation.module.css';
import { PAGES } from './pages';

interface Properties {
  book: BookSummary | undefined;
  onHelp: () => void;
  onClose: () => void;
}

export function Navigation({ book, onHelp, onClose }: Properties) {
  return (
    <>
      <div className={classes.brand}>
        <img src="/favicon.svg" alt="" width={24} height={24} />
        <span>Dearly</span>
        <ActionIcon
          className={classes.close}
          hiddenFrom="sm"
          variant="subtle"
          color="gray"
          onClick={onClose}
          aria-label="Close the navigation"
        >
          <Icon name="close" />
        </ActionIcon>
      </div>
      <nav aria-label="Pages" className={classes.pages}>
        {PAGES.map((page) => (
          <Link key={page.to} to={page.to} className={classes.page} onClick={onClose}>
            <Icon name={page.icon} />
            {page.label}
          </Link>
        ))}
      </nav>
      <div className={classes.foot}>
        {book && (
          <p>
            {book.simulated && <>simulated book: {book.simulated}<br /></>}
            {book.workbook_version === 0 ? 'built-in workbook' : `workbook version ${book.workbook_version}`}
          </p>
        )}
        <button type="button" className={classes.help} onClick={onHelp}>
          <Icon name="help" /> Keys <kbd>?</kbd>
        </button>
      </div>
    </>
  );
}
