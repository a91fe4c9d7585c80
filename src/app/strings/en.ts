/** Every visible word, in English, by area. Its shape is the shape of every other language's catalogue. */
import { app, notebook, sidebar, toast, trouble, unknownPage, update } from './en/shell.ts';
import { list, note, search, trash } from './en/notes.ts';
import { sync } from './en/sync.ts';
import { check } from './en/check.ts';
import { account } from './en/account.ts';
import { connect } from './en/connect.ts';
import { deleteVault, settings } from './en/settings.ts';

export type Strings = typeof en;

export const en = {
  app,
  sidebar,
  notebook,
  list,
  note,
  trash,
  search,
  sync,
  check,
  connect,
  account,
  deleteVault,
  settings,
  update,
  trouble,
  toast,
  unknownPage,
};
