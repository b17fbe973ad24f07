import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';

import { Frame } from './frame/Frame';
import { accountSearch } from './routes/account/search';
import { AccountsPage } from './routes/accounts/AccountsPage';
import { accountsSearch } from './routes/accounts/search';
import { dataSearch } from './routes/data/search';
import { driversSearch } from './routes/insight/drivers/search';
import { NotFoundPage } from './routes/not-found/NotFoundPage';
import { frameSearch, parseSearch, stringifySearch } from './url';

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NotFoundPage,
  validateSearch: frameSearch,
  // The day goes along from page to page.
  search: { middlewares: [retainSearchParams(['as_of', 'known_by'])] },
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/accounts', replace: true });
  },
});

const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  validateSearch: accountsSearch,
  component: AccountsPage,
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/accounts/$account',
  validateSearch: accountSearch,
  component: lazyRouteComponent(() => import('./routes/account/AccountPage'), 'AccountPage'),
});

const data = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: dataSearch,
  component: lazyRouteComponent(() => import('./routes/data/DataPage'), 'DataPage'),
});

const drivers = createRoute({
  getParentRoute: () => root,
  path: '/insight/drivers',
  validateSearch: driversSearch,
  component: lazyRouteComponent(() => import('./routes/insight/drivers/DriversPage'), 'DriversPage'),
});

const insight = createRoute({
  getParentRoute: () => root,
  path: '/insight',
  beforeLoad: () => {
    throw redirect({ to: '/insight/drivers', replace: true });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([start, accounts, account, insight, drivers, data]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
