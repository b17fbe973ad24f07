import createClient from 'openapi-fetch';

import { Problem } from './problem';
import type { paths, ProblemDetails } from './types';

export type * from './types';

/** The API as the pages use it. Calls go to the server that served the page. */
export const api = createClient<paths>({ baseUrl: '/' });

/**
 * The answer's data.
 *
 * @throws Problem with the server's own words where it refused, with status 0 where nothing answered
 */
export async function answer<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  let result;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, { title: 'the server does not answer', detail: String(error) });
  }
  const { data, error, response } = result;
  if (!response.ok || data === undefined) {
    const details: ProblemDetails = isDetails(error) ? error : { detail: typeof error === 'string' ? error : undefined };
    throw new Problem(response.status, {
      ...details,
      request_id: details.request_id ?? response.headers.get('x-request-id') ?? undefined,
    });
  }
  return data;
}

function isDetails(error: unknown): error is ProblemDetails {
  return typeof error === 'object' && error !== null;
}
