import type { ProblemDetails } from './types';

/** An answer of the server that is not the one hoped for, or none at all (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, details: ProblemDetails) {
    super(details.detail ?? details.title ?? `status ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.title = details.title ?? `the server answered ${status}`;
    this.detail = details.detail;
    this.requestId = details.request_id;
  }
}

/** Whether the error says that what was asked for does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Problem && error.status === 404;
}
