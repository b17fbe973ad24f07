import { ActionIcon, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';

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
        {PAGES.map((page, index) => (
          <Fragment key={page.to}>
            {page.under && PAGES[index - 1]?.under !== page.under && (
              <span className={classes.heading}>
                <Icon name={page.icon} />
                {page.under}
              </span>
            )}
            <Link to={page.to} className={classes.page} data-under={page.under} onClick={onClose}>
              {page.under ? <VisuallyHidden>{page.under}: </VisuallyHidden> : <Icon name={page.icon} />}
              {page.label}
            </Link>
          </Fragment>
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
