/**
 * @typedef {object} Wheel
 * @property {string} name the package, as pip names it
 * @property {string} version
 * @property {string} sha256 of the wheel
 * @property {number} [size] bytes, where known
 *
 * @typedef {object} Variant
 * @property {string} folder under `<cache>/libtensorflow/`
 * @property {string} version of TensorFlow
 * @property {string[]} platforms tags that the wheels carry
 * @property {Wheel[]} wheels the first one holds TensorFlow
 * @property {string[]} libraries files of `tensorflow/` in the first wheel
 * @property {RegExp} [besides] members of the other wheels that are laid beside, flat
 * @property {RegExp} [tools] members that are laid below `toolsFolder`, by the path that it captures
 * @property {number} download bytes, for the check of free space; a guess where a size is not known
 * @property {number} unpacked bytes, likewise
 * @property {boolean} tried whether anybody has run it
 */

const version = '2.21.0';
/** The folder within a variant's own that XLA takes for a CUDA toolkit: `bin/ptxas`, `nvvm/libdevice`. */
export const toolsFolder = 'cuda';

const linuxLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/**
 * TensorFlow's wheels for CPython 3.12 (no Python is needed to use what is in them), by what they are for.
 * Only the first has been tried; the hashes of the others are the index's.
 * @type {Record<string, Variant>}
 */
export const variants = {
  'cpu-linux-x64': {
    folder: `${version}-cpu-linux-x64`,
    version,
    platforms: ['manylinux_2_27_x86_64'],
    wheels: [
      {
        name: 'tensorflow-cpu',
        version,
        sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
        size: 274_000_871,
      },
    ],
    libraries: linuxLibraries,
    download: 274_000_871,
    unpacked: 853_308_936,
    tried: true,
  },
  // TensorFlow opens the CUDA 12 libraries by name, so they must lie on the loader's path: `libraryEnvironment`.
  'cuda-linux-x64': {
    folder: `${version}-cuda-linux-x64`,
    version,
    platforms: [
      'manylinux_2_27_x86_64',
      'manylinux_2_25_x86_64',
      'manylinux2014_x86_64',
      'manylinux2010_x86_64',
    ],
    wheels: [
      cuda('tensorflow', version, 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0'),
      cuda(
        'nvidia-cublas-cu12',
        '12.9.3.13',
        'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      ),
      cuda(
        'nvidia-cuda-cupti-cu12',
        '12.9.79',
        '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
      ),
      // Only the assembler and the device functions that XLA compiles with are taken of it: `tools`.
      cuda(
        'nvidia-cuda-nvcc-cu12',
        '12.9.86',
        '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      ),
      cuda(
        'nvidia-cuda-nvrtc-cu12',
        '12.9.86',
        '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      ),
      cuda(
        'nvidia-cuda-runtime-cu12',
        '12.9.79',
        '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      ),
      cuda(
        'nvidia-cudnn-cu12',
        '9.28.0.42',
        '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      ),
      cuda(
        'nvidia-cufft-cu12',
        '11.4.1.4',
        'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      ),
      cuda(
        'nvidia-curand-cu12',
        '10.3.10.19',
        '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      ),
      cuda(
        'nvidia-cusolver-cu12',
        '11.7.5.82',
        '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      ),
      cuda(
        'nvidia-cusparse-cu12',
        '12.5.10.65',
        '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      ),
      cuda('nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
      cuda(
        'nvidia-nvjitlink-cu12',
        '12.9.86',
        'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      ),
    ],
    libraries: linuxLibraries,
    besides: /^nvidia\/[^/]+\/lib\/([^/]+\.so[^/]*)$/,
    tools: /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/,
    download: 3_500_000_000,
    unpacked: 6_500_000_000,
    tried: false,
  },
  'cpu-linux-arm64': {
    folder: `${version}-cpu-linux-arm64`,
    version,
    platforms: ['manylinux_2_27_aarch64'],
    wheels: [
      {
        name: 'tensorflow',
        version,
        sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
      },
    ],
    libraries: linuxLibraries,
    download: 300_000_000,
    unpacked: 900_000_000,
    tried: false,
  },
  'cpu-darwin-arm64': {
    folder: `${version}-cpu-darwin-arm64`,
    version,
    platforms: ['macosx_12_0_arm64'],
    wheels: [
      {
        name: 'tensorflow',
        version,
        sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
      },
    ],
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    download: 300_000_000,
    unpacked: 900_000_000,
    tried: false,
  },
};

/**
 * @param {string} name
 * @param {string} release
 * @param {string} sha256
 * @returns {Wheel}
 */
function cuda(name, release, sha256) {
  return { name, version: release, sha256 };
}
