import { join } from 'node:path';
import { messageOf } from '../../../../common/errors.ts';
import { readRegular } from '../../../base/regular-files.ts';
import { ImageDecoder } from '../../tensorflow/image-decoder.ts';
import { badFile } from '../formats/files.ts';
import { windowOf, type ImageFit } from './fit.ts';
import { readImageHeader } from './image-header.ts';
import { sharedText, type SharedTexts } from './shared-texts.ts';

/** The image files of a folder, which rows of the data set are decoded from. */
export interface ImageFiles {
  root: string;
  /** Path of each row's file below `root`. */
  paths: SharedTexts;
  fit: ImageFit;
}

/** Bytes of one file: as many pixels as are read do not take more in either format. */
const LARGEST_IMAGE = 2 ** 28;

/** Decodes the files of a folder, one row after another. Close it: it holds a context of TensorFlow's. */
export class RowDecoder {
  readonly #files: ImageFiles;
  readonly #decoder = new ImageDecoder();

  constructor(files: ImageFiles) {
    this.#files = files;
  }

  /** Pixels [size × size × channels] of a row. @throws CascadeError BAD_DATA_FILE */
  decode(row: number): Uint8ClampedArray {
    const { root, paths, fit } = this.#files;
    const file = join(root, sharedText(paths, row));
    let bytes: Uint8Array;
    try {
      bytes = readRegular(file, LARGEST_IMAGE);
    } catch (error) {
      throw badFile(file, `cannot be read (${messageOf(error)}).`, error);
    }
    const header = readImageHeader(bytes, (what) => badFile(file, what));
    const { format, height, width } = header;
    try {
      return this.#decoder.decode(bytes, header, fit.channels, windowOf(height, width, fit));
    } catch (error) {
      throw badFile(
        file,
        `cannot be decoded as ${format === 'jpeg' ? 'JPEG' : 'PNG'}: it is truncated or damaged.`,
        error,
      );
    }
  }

  close(): void {
    this.#decoder.dispose();
  }
}
