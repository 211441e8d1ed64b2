/** The shape of a mistake, and the files in which mistakes are made. */

export interface Mistake {
  name: string;
  file: string;
  /** Must be in the file exactly once. */
  find: string;
  put: string;
  /** The test that must fail: `drift`, `validate`, or a run of terraform/tests as `file/run`. */
  red: string;
}

export const terraform = (file: string) => `terraform/${file}`;
export const functions = terraform('functions.tf');
export const variables = terraform('variables.tf');
export const pubsub = terraform('pubsub.tf');
export const firestore = terraform('firestore.tf');
export const network = terraform('network.tf');
export const alerts = terraform('alerts.tf');
export const metrics = terraform('metrics.tf');
export const accounts = terraform('accounts.tf');
export const indexes = 'firestore.indexes.json';
