import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, test } from 'vitest';
import { CIFAR_10 } from '../../../../../main/trainer/data/sets/cifar-10.ts';
import { cifar100Layout } from '../../../../../main/trainer/data/sets/cifar-100.ts';
import { loadCifar, outlineCifar, type CifarLayout } from '../../../../../main/trainer/data/formats/cifar.ts';
import { noise, pickled, tarFile, type TarEntry } from '../bytes.ts';
import { MalformedFolder, type Files } from './malformed-folder.ts';

const data = new MalformedFolder();

describe('CIFAR', () => {
  const IMAGE = 3072;
  const small: CifarLayout = { ...CIFAR_10, trainFiles: ['data_batch_1'], trainImages: 2, testImages: 2 };
  const small100: CifarLayout = { ...cifar100Layout('fine'), trainImages: 2, testImages: 2 };
  const binary = (labels: number[]): Buffer =>
    Buffer.concat(labels.map((label) => [Uint8Array.of(label), noise(IMAGE)]).flat());
  const dictionary = (entries: Record<string, Buffer> = {}): Buffer =>
    pickled.file(
      pickled.dictionary({
        data: pickled.array([2, IMAGE], noise(2 * IMAGE)),
        labels: pickled.list([0, 1]),
        ...entries,
      }),
    );
  const inBinary = (file: Uint8Array): Files => ({
    'data_batch_1.bin': binary([0, 1]),
    'test_batch.bin': file,
  });
  const inPython = (file: Uint8Array): Files => ({ data_batch_1: dictionary(), test_batch: file });
  const archive = (entries: TarEntry[]): Files => ({ 'cifar.tar.gz': gzipSync(tarFile(entries)) });
  const entry = (name: string, bytes: Uint8Array): TarEntry => ({
    name: `cifar-10-batches-bin/${name}`,
    bytes,
  });
  const whole = [entry('data_batch_1.bin', binary([0, 1])), entry('test_batch.bin', binary([0, 1]))];
  const text = (bytes: string): Buffer => Buffer.from(bytes, 'latin1');

  const cases: [string, Files, string, RegExp, string?, CifarLayout?][] = [
    ['nothing there', {}, '', /holds neither data_batch_1\.bin \(binary version\) nor data_batch_1/],
    ['no such path', {}, 'nowhere', /is not there/, 'nowhere'],
    [
      'a file that is missing',
      { 'data_batch_1.bin': binary([0, 1]) },
      'test_batch.bin',
      /cannot be read \(ENOENT/,
    ],
    [
      'a folder in place of a file',
      { 'data_batch_1.bin': 'folder' },
      'data_batch_1.bin',
      /cannot be read|is not a file/,
    ],
    [
      'a truncated binary file',
      inBinary(binary([0, 1]).subarray(0, -1)),
      'test_batch.bin',
      /has 6145 bytes where its 2 images take 6146: it is truncated/,
    ],
    [
      'a binary file of CIFAR-100',
      inBinary(Buffer.concat([binary([0, 1]), Buffer.alloc(2)])),
      'test_batch.bin',
      /has 6148 bytes where its 2 images take 6146: it is damaged, or another file/,
    ],
    [
      'a label out of range',
      inBinary(binary([0, 10])),
      'test_batch.bin',
      /label 1 is 10, but there are only 10/,
    ],
    [
      'a pickle cut short',
      inPython(dictionary().subarray(0, 4000)),
      'test_batch',
      /is truncated: its pickle/,
    ],
    ['no pickle', inPython(text('PK\x03\x04')), 'test_batch', /is not a pickle of protocol 2 or 3/],
    ['a pickle of protocol 4', inPython(text('\x80\x04\x95')), 'test_batch', /is a pickle of protocol 4/],
    [
      'a pickle that calls the system',
      inPython(text('\x80\x02cos\nsystem\nU\x0atouch/evil\x85R.')),
      'test_batch',
      /names os\.system, which CIFAR’s own files do not: a pickle that does could run code, and is not read/,
    ],
    [
      'a pickle that evaluates',
      inPython(text('\x80\x03cbuiltins\neval\nX\x01\x00\x00\x001\x85R.')),
      'test_batch',
      /names builtins\.eval/,
    ],
    [
      'a pickle that makes an object',
      inPython(text('\x80\x02cnumpy\nndarray\n)\x81.')),
      'test_batch',
      /uses the pickle instruction NEWOBJ at byte 18/,
    ],
    [
      'a pickle of an unknown instruction',
      inPython(text('\x80\x02\xff.')),
      'test_batch',
      /instruction 0xff at byte 2/,
    ],
    [
      'a pickle that calls an array',
      inPython(text('\x80\x02cnumpy\nndarray\n(tR.')),
      'test_batch',
      /calls numpy\.ndarray in a way/,
    ],
    [
      'a pickle without sense',
      inPython(text('\x80\x02}(K\x01u.')),
      'test_batch',
      /is a damaged pickle: at byte 7/,
    ],
    [
      'a pickle of a list',
      inPython(pickled.file(pickled.list([1]))),
      'test_batch',
      /does not hold a dictionary/,
    ],
    [
      'a dictionary without data',
      inPython(pickled.file(pickled.dictionary({ labels: pickled.list([0, 1]) }))),
      'test_batch',
      /has no array named ‘data’/,
    ],
    [
      'data of floats',
      inPython(dictionary({ data: pickled.array([2, IMAGE], noise(8 * IMAGE), { type: 'f4' }) })),
      'test_batch',
      /‘data’ is of type f4; only unsigned bytes/,
    ],
    [
      'data in Fortran order',
      inPython(dictionary({ data: pickled.array([2, IMAGE], noise(2 * IMAGE), { fortran: true }) })),
      'test_batch',
      /stored in Fortran order/,
    ],
    [
      'data of another shape',
      inPython(dictionary({ data: pickled.array([3, IMAGE], noise(3 * IMAGE)) })),
      'test_batch',
      /of shape 3 × 3072, where 2 × 3072 are needed/,
    ],
    [
      'data of fewer bytes than its shape',
      inPython(dictionary({ data: pickled.array([2, IMAGE], noise(2 * IMAGE - 1)) })),
      'test_batch',
      /has 6143 bytes where 2 × 3072 are needed/,
    ],
    [
      'too few labels',
      inPython(dictionary({ labels: pickled.list([1]) })),
      'test_batch',
      /has 1 labels for 2 images/,
    ],
    [
      'a negative label',
      inPython(dictionary({ labels: pickled.list([0, -1]) })),
      'test_batch',
      /label 1 is -1, but there are only 10 classes/,
    ],
    [
      'labels of CIFAR-10 where CIFAR-100’s are needed',
      { train: dictionary(), test: dictionary() },
      'train',
      /has no list of numbers named ‘fine_labels’/,
      '',
      small100,
    ],
    [
      'an archive cut short',
      { 'cifar.tar.gz': gzipSync(tarFile(whole).subarray(0, 8000)) },
      'cifar.tar.gz',
      /is cut short within cifar-10-batches-bin\/test_batch\.bin/,
      'cifar.tar.gz',
    ],
    [
      'an archive without an end',
      { 'cifar.tar.gz': gzipSync(tarFile(whole).subarray(0, -1024)) },
      'cifar.tar.gz',
      /is cut short: it has no end of archive/,
      'cifar.tar.gz',
    ],
    [
      'an archive whose gzip is cut',
      { 'cifar.tar.gz': gzipSync(tarFile(whole)).subarray(0, 2000) },
      'cifar.tar.gz',
      /is gzipped, but cannot be unpacked/,
      'cifar.tar.gz',
    ],
    [
      'an archive that is none',
      { 'cifar.tar.gz': gzipSync(noise(2000)) },
      'cifar.tar.gz',
      /is not a tar archive, or is damaged: a header’s checksum is wrong/,
      'cifar.tar.gz',
    ],
    [
      'an archive of other files',
      archive([entry('readme.html', text('hello'))]),
      'cifar.tar.gz',
      /holds neither data_batch_1\.bin/,
      'cifar.tar.gz',
    ],
    [
      'an archive with a file missing',
      archive(whole.slice(0, 1)),
      'cifar.tar.gz',
      /holds no test_batch\.bin/,
      'cifar.tar.gz',
    ],
    [
      'an archive with a truncated file',
      archive([whole[0]!, entry('test_batch.bin', binary([0]))]),
      'cifar.tar.gz',
      /cifar-10-batches-bin\/test_batch\.bin: has 3073 bytes/,
      'cifar.tar.gz',
    ],
    [
      'an archive that is a bomb',
      { 'cifar.tar.gz': gzipSync(Buffer.concat([tarFile(whole).subarray(0, 512), Buffer.alloc(2e7)])) },
      'cifar.tar.gz',
      /unpacks to more than the \d+ bytes that it should hold/,
      'cifar.tar.gz',
    ],
  ];

  test.each(cases)('%s', async (_what, files, file, what, path = '', layout = small) => {
    data.write(files);
    const source = { layout, path: join(data.path, path), validation: 1, train: null };
    await data.refuses(
      () => loadCifar(source),
      () => outlineCifar(source),
      file,
      what,
    );
  });
});
