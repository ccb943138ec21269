import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CascadeError, messageOf } from '../../../../common/errors.ts';
import { isPassedOver, isPrintable } from '../../../base/names.ts';
import { notAFile } from '../../../base/regular-files.ts';
import { badFile } from '../formats/files.ts';

export interface ImageFile {
  /** From the data set's folder, with '/' between names. */
  path: string;
  label: number;
}

/** The images of a data set's folder: `<split>/<class>/…`. */
export interface ListedImages {
  /** Names of the folders of the training classes, in order. */
  classNames: string[];
  train: ImageFile[];
  test: ImageFile[];
  validation: ImageFile[] | null;
}

/** Folders of the splits; where `test` is null, the first of those below that is there. */
export interface SplitFolders {
  test: string | null;
  validation: string | null;
}

const TEST_FOLDERS = ['test', 'val', 'validation'];
const IMAGE = /\.(jpe?g|png)$/i;
const OTHER_IMAGE = /\.(gif|bmp|webp|tiff?|heic|avif|jp2|jfif)$/i;
const DEEPEST = 16;
/** Of one class: links to folders with links to folders would be without end. */
const MOST_FOLDERS = 100_000;

/**
 * Lists the images of a folder, in the order of their names. Hidden files and files that are no images are passed over;
 * images of a kind that is not read are refused. Rejects with BAD_DATA_FILE.
 */
export async function listImages(root: string, folders: SplitFolders): Promise<ListedImages> {
  const trainFolder = join(root, 'train');
  const classNames = await classFolders(trainFolder);
  if (classNames.length < 2)
    throw badFile(
      trainFolder,
      `holds ${classNames.length === 0 ? 'no folders' : 'one folder only'}, where one for each class is needed (train/<class>/<image>).`,
    );
  const testName = folders.test ?? (await firstThere(root));
  const classes = new Map(classNames.map((name, label) => [name, label]));
  return {
    classNames,
    train: await listSplit(root, 'train', classes),
    test: await listSplit(root, testName, classes),
    validation: folders.validation === null ? null : await listSplit(root, folders.validation, classes),
  };
}

async function firstThere(root: string): Promise<string> {
  for (const name of TEST_FOLDERS)
    if (
      await stat(join(root, name)).then(
        (found) => found.isDirectory(),
        () => false,
      )
    )
      return name;
  throw badFile(root, `has no folder of test images: none of ${TEST_FOLDERS.join(', ')} is there.`);
}

async function classFolders(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  const names = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  const unprintable = names.find((name) => !isPrintable(name));
  if (unprintable !== undefined)
    throw badFile(
      join(folder, unprintable),
      'has control characters in its name, which names its class: rename it.',
    );
  return names.sort();
}

async function listSplit(
  root: string,
  split: string,
  classes: ReadonlyMap<string, number>,
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  const found = await classFolders(join(root, split));
  if (found.length === 0)
    throw badFile(join(root, split), 'holds no folders, where one for each class is needed.');
  for (const name of found) {
    const label = classes.get(name);
    if (label === undefined)
      throw badFile(join(root, split, name), 'is no class: train has no folder of this name.');
    const paths: string[] = [];
    await walk(root, `${split}/${name}`, { paths, folders: 0 }, []);
    paths.sort();
    if (paths.length === 0) throw badFile(join(root, split, name), 'holds no JPEG or PNG images.');
    for (const path of paths) files.push({ path, label });
  }
  return files;
}

/** Adds the images below a folder to `found`; `above` are the folders that it lies in, as its system numbers them. */
async function walk(
  root: string,
  folder: string,
  found: { paths: string[]; folders: number },
  above: readonly string[],
): Promise<void> {
  const place = join(root, folder);
  const { dev, ino } = await statOf(place);
  const self = `${dev} ${ino}`;
  if (above.length > DEEPEST || above.includes(self))
    throw badFile(place, 'lies too deep: its folders may hold themselves.');
  if (++found.folders > MOST_FOLDERS)
    throw badFile(place, `is one of more than ${MOST_FOLDERS} folders of one class.`);
  for (const { name, isFolder, other } of await entriesOf(place)) {
    const path = `${folder}/${name}`;
    if (isFolder) await walk(root, path, found, [...above, self]);
    else if (IMAGE.test(name)) {
      if (other !== null) throw badFile(join(root, path), `cannot be read: ${other}.`);
      found.paths.push(path);
    } else if (OTHER_IMAGE.test(name))
      throw badFile(join(root, path), 'is an image of a kind that is not read; only JPEG and PNG are.');
  }
}

interface Entry {
  name: string;
  isFolder: boolean;
  /** What it is in a file's place, in words; null for files and folders. */
  other: string | null;
}

/** Files and folders, links followed, without those that a system keeps for itself. */
async function entriesOf(folder: string): Promise<Entry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return await Promise.all(
      entries
        .filter(({ name }) => !isPassedOver(name))
        .map(async (entry): Promise<Entry> => {
          const { name } = entry;
          if (entry.isFile()) return { name, isFolder: false, other: null };
          if (entry.isDirectory()) return { name, isFolder: true, other: null };
          const found = await statOf(join(folder, name));
          return found.isDirectory()
            ? { name, isFolder: true, other: null }
            : { name, isFolder: false, other: notAFile(found) };
        }),
    );
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    throw badFile(folder, `cannot be listed (${messageOf(error)}).`, error);
  }
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw badFile(path, `cannot be read (${messageOf(error)}).`, error);
  }
}
