import koffi from 'koffi';
import { CascadeError } from '../../../common/errors.ts';
import type { LibraryLocation } from './library.ts';
import type { Pointer } from './pointer.ts';
import { libc, prepareEnvironment } from './system.ts';

/** One output of a graph operation, passed by value. */
export interface GraphOutput {
  readonly oper: Pointer;
  readonly index: number;
}

/** Anything that C may read from or write to. */
type Memory = Pointer | ArrayBufferView;

/** The functions of TensorFlow's C API that are used, as TypeScript sees them. */
export interface TensorFlow {
  TF_Version(): string;
  TF_NewStatus(): Pointer;
  TF_DeleteStatus(status: Pointer): void;
  TF_GetCode(status: Pointer): number;
  TF_Message(status: Pointer): string;

  TF_AllocateTensor(dtype: number, dims: Memory, count: number, bytes: number): Pointer | null;
  TF_DeleteTensor(tensor: Pointer): void;
  TF_TensorData(tensor: Pointer): Pointer | null;
  TF_TensorByteSize(tensor: Pointer): number;

  TFE_NewContextOptions(): Pointer;
  TFE_DeleteContextOptions(options: Pointer): void;
  TFE_ContextOptionsSetConfig(options: Pointer, proto: Memory, bytes: number, status: Pointer): void;
  TFE_NewContext(options: Pointer, status: Pointer): Pointer | null;
  TFE_DeleteContext(context: Pointer): void;
  TFE_ContextListDevices(context: Pointer, status: Pointer): Pointer | null;
  TFE_ContextAddFunction(context: Pointer, definition: Pointer, status: Pointer): void;
  TFE_ContextRemoveFunction(context: Pointer, name: string, status: Pointer): void;
  TF_DeleteDeviceList(list: Pointer): void;
  TF_DeviceListCount(list: Pointer): number;
  TF_DeviceListName(list: Pointer, index: number, status: Pointer): string;
  TF_DeviceListType(list: Pointer, index: number, status: Pointer): string;
  TF_DeviceListMemoryBytes(list: Pointer, index: number, status: Pointer): number;

  TFE_NewTensorHandle(tensor: Pointer, status: Pointer): Pointer | null;
  TFE_DeleteTensorHandle(handle: Pointer): void;
  TFE_TensorHandleResolve(handle: Pointer, status: Pointer): Pointer | null;
  TFE_TensorHandleCopyToDevice(
    handle: Pointer,
    context: Pointer,
    device: string,
    status: Pointer,
  ): Pointer | null;
  TFE_TensorHandleDataType(handle: Pointer): number;
  TFE_TensorHandleNumDims(handle: Pointer, status: Pointer): number;
  TFE_TensorHandleDim(handle: Pointer, index: number, status: Pointer): number;
  TFE_TensorHandleCopySharingTensor(handle: Pointer, status: Pointer): Pointer | null;

  TFE_NewOp(context: Pointer, name: string, status: Pointer): Pointer | null;
  TFE_DeleteOp(op: Pointer): void;
  TFE_OpSetDevice(op: Pointer, device: string, status: Pointer): void;
  TFE_OpAddInput(op: Pointer, handle: Pointer, status: Pointer): void;
  TFE_OpSetAttrType(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrInt(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrFloat(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrBool(op: Pointer, name: string, value: number): void;
  TFE_OpSetAttrString(op: Pointer, name: string, value: Memory, bytes: number): void;
  TFE_OpSetAttrIntList(op: Pointer, name: string, values: Memory, count: number): void;
  TFE_OpSetAttrShape(op: Pointer, name: string, dims: Memory, count: number, status: Pointer): void;
  TFE_Execute(op: Pointer, outputs: Memory, count: Memory, status: Pointer): void;

  TF_NewGraph(): Pointer;
  TF_DeleteGraph(graph: Pointer): void;
  TF_NewOperation(graph: Pointer, type: string, name: string): Pointer;
  TF_FinishOperation(description: Pointer, status: Pointer): Pointer | null;
  TF_AddInput(description: Pointer, input: GraphOutput): void;
  TF_AddInputList(description: Pointer, inputs: readonly GraphOutput[], count: number): void;
  TF_SetDevice(description: Pointer, device: string): void;
  TF_SetAttrType(description: Pointer, name: string, value: number): void;
  TF_SetAttrInt(description: Pointer, name: string, value: number): void;
  TF_SetAttrFloat(description: Pointer, name: string, value: number): void;
  TF_SetAttrBool(description: Pointer, name: string, value: number): void;
  TF_SetAttrString(description: Pointer, name: string, value: Memory, bytes: number): void;
  TF_SetAttrIntList(description: Pointer, name: string, values: Memory, count: number): void;
  TF_SetAttrShape(description: Pointer, name: string, dims: Memory, count: number): void;
  TF_SetAttrTensor(description: Pointer, name: string, tensor: Pointer, status: Pointer): void;
  TF_OperationNumOutputs(operation: Pointer): number;
  TF_OperationOutputType(output: GraphOutput): number;
  TF_GraphGetTensorNumDims(graph: Pointer, output: GraphOutput, status: Pointer): number;
  TF_GraphGetTensorShape(
    graph: Pointer,
    output: GraphOutput,
    dims: Memory,
    count: number,
    status: Pointer,
  ): void;
  TF_GraphToFunction(
    graph: Pointer,
    name: string,
    appendHash: number,
    operationCount: number,
    operations: null,
    inputCount: number,
    inputs: readonly GraphOutput[],
    outputCount: number,
    outputs: readonly GraphOutput[],
    outputNames: null,
    options: null,
    description: null,
    status: Pointer,
  ): Pointer | null;
  TF_DeleteFunction(definition: Pointer): void;
}

/** The same functions as C declares them: tensorflow/c/{c_api,tf_tensor,tf_status}.h, eager/c_api.h. */
const PROTOTYPES: Readonly<Record<keyof TensorFlow, string>> = {
  TF_Version: 'const char *TF_Version()',
  TF_NewStatus: 'void *TF_NewStatus()',
  TF_DeleteStatus: 'void TF_DeleteStatus(void *)',
  TF_GetCode: 'int TF_GetCode(void *)',
  TF_Message: 'const char *TF_Message(void *)',

  TF_AllocateTensor: 'void *TF_AllocateTensor(int, void *, int, size_t)',
  TF_DeleteTensor: 'void TF_DeleteTensor(void *)',
  TF_TensorData: 'void *TF_TensorData(void *)',
  TF_TensorByteSize: 'size_t TF_TensorByteSize(void *)',

  TFE_NewContextOptions: 'void *TFE_NewContextOptions()',
  TFE_DeleteContextOptions: 'void TFE_DeleteContextOptions(void *)',
  TFE_ContextOptionsSetConfig: 'void TFE_ContextOptionsSetConfig(void *, void *, size_t, void *)',
  TFE_NewContext: 'void *TFE_NewContext(void *, void *)',
  TFE_DeleteContext: 'void TFE_DeleteContext(void *)',
  TFE_ContextListDevices: 'void *TFE_ContextListDevices(void *, void *)',
  TFE_ContextAddFunction: 'void TFE_ContextAddFunction(void *, void *, void *)',
  TFE_ContextRemoveFunction: 'void TFE_ContextRemoveFunction(void *, const char *, void *)',
  TF_DeleteDeviceList: 'void TF_DeleteDeviceList(void *)',
  TF_DeviceListCount: 'int TF_DeviceListCount(void *)',
  TF_DeviceListName: 'const char *TF_DeviceListName(void *, int, void *)',
  TF_DeviceListType: 'const char *TF_DeviceListType(void *, int, void *)',
  TF_DeviceListMemoryBytes: 'int64_t TF_DeviceListMemoryBytes(void *, int, void *)',

  TFE_NewTensorHandle: 'void *TFE_NewTensorHandle(void *, void *)',
  TFE_DeleteTensorHandle: 'void TFE_DeleteTensorHandle(void *)',
  TFE_TensorHandleResolve: 'void *TFE_TensorHandleResolve(void *, void *)',
  TFE_TensorHandleCopyToDevice: 'void *TFE_TensorHandleCopyToDevice(void *, void *, const char *, void *)',
  TFE_TensorHandleDataType: 'int TFE_TensorHandleDataType(void *)',
  TFE_TensorHandleNumDims: 'int TFE_TensorHandleNumDims(void *, void *)',
  TFE_TensorHandleDim: 'int64_t TFE_TensorHandleDim(void *, int, void *)',
  TFE_TensorHandleCopySharingTensor: 'void *TFE_TensorHandleCopySharingTensor(void *, void *)',

  TFE_NewOp: 'void *TFE_NewOp(void *, const char *, void *)',
  TFE_DeleteOp: 'void TFE_DeleteOp(void *)',
  TFE_OpSetDevice: 'void TFE_OpSetDevice(void *, const char *, void *)',
  TFE_OpAddInput: 'void TFE_OpAddInput(void *, void *, void *)',
  TFE_OpSetAttrType: 'void TFE_OpSetAttrType(void *, const char *, int)',
  TFE_OpSetAttrInt: 'void TFE_OpSetAttrInt(void *, const char *, int64_t)',
  TFE_OpSetAttrFloat: 'void TFE_OpSetAttrFloat(void *, const char *, float)',
  TFE_OpSetAttrBool: 'void TFE_OpSetAttrBool(void *, const char *, unsigned char)',
  TFE_OpSetAttrString: 'void TFE_OpSetAttrString(void *, const char *, void *, size_t)',
  TFE_OpSetAttrIntList: 'void TFE_OpSetAttrIntList(void *, const char *, void *, int)',
  TFE_OpSetAttrShape: 'void TFE_OpSetAttrShape(void *, const char *, void *, int, void *)',
  TFE_Execute: 'void TFE_Execute(void *, void *, void *, void *)',

  TF_NewGraph: 'void *TF_NewGraph()',
  TF_DeleteGraph: 'void TF_DeleteGraph(void *)',
  TF_NewOperation: 'void *TF_NewOperation(void *, const char *, const char *)',
  TF_FinishOperation: 'void *TF_FinishOperation(void *, void *)',
  TF_AddInput: 'void TF_AddInput(void *, TF_Output)',
  TF_AddInputList: 'void TF_AddInputList(void *, TF_Output *, int)',
  TF_SetDevice: 'void TF_SetDevice(void *, const char *)',
  TF_SetAttrType: 'void TF_SetAttrType(void *, const char *, int)',
  TF_SetAttrInt: 'void TF_SetAttrInt(void *, const char *, int64_t)',
  TF_SetAttrFloat: 'void TF_SetAttrFloat(void *, const char *, float)',
  TF_SetAttrBool: 'void TF_SetAttrBool(void *, const char *, unsigned char)',
  TF_SetAttrString: 'void TF_SetAttrString(void *, const char *, void *, size_t)',
  TF_SetAttrIntList: 'void TF_SetAttrIntList(void *, const char *, void *, int)',
  TF_SetAttrShape: 'void TF_SetAttrShape(void *, const char *, void *, int)',
  TF_SetAttrTensor: 'void TF_SetAttrTensor(void *, const char *, void *, void *)',
  TF_OperationNumOutputs: 'int TF_OperationNumOutputs(void *)',
  TF_OperationOutputType: 'int TF_OperationOutputType(TF_Output)',
  TF_GraphGetTensorNumDims: 'int TF_GraphGetTensorNumDims(void *, TF_Output, void *)',
  TF_GraphGetTensorShape: 'void TF_GraphGetTensorShape(void *, TF_Output, void *, int, void *)',
  TF_GraphToFunction:
    'void *TF_GraphToFunction(void *, const char *, unsigned char, int, void *, int, TF_Output *, int, TF_Output *, void *, void *, const char *, void *)',
  TF_DeleteFunction: 'void TF_DeleteFunction(void *)',
};

let structuresDeclared = false;

function bind(library: ReturnType<typeof koffi.load>): TensorFlow {
  if (!structuresDeclared) {
    koffi.struct('TF_Output', { oper: 'void *', index: 'int' });
    structuresDeclared = true;
  }
  const bound: Record<string, unknown> = {};
  for (const [name, prototype] of Object.entries(PROTOTYPES)) bound[name] = library.func(prototype);
  // koffi's functions are untyped: this is the edge where the two tables above are trusted to agree.
  return bound as unknown as TensorFlow;
}

const loaded = new Map<string, TensorFlow>();

/**
 * Loads TensorFlow (about half a second the first time in a process) and binds its functions.
 * The operating system keeps a library once, so every worker thread may load it.
 *
 * @throws CascadeError ENGINE_UNUSABLE when the files are no libraries of this platform, or lack a function.
 */
export function loadTensorFlow(location: LibraryLocation): TensorFlow {
  const known = loaded.get(location.cc);
  if (known) return known;
  prepareEnvironment();
  try {
    // The first is a dependency of the second, which may carry a search path that no longer holds. Both are
    // pinned: koffi unloads them when a thread ends, while TensorFlow's own threads and exit handlers go on.
    libc().pin(location.framework);
    koffi.load(location.framework);
    libc().pin(location.cc);
    const tensorflow = bind(koffi.load(location.cc));
    loaded.set(location.cc, tensorflow);
    return tensorflow;
  } catch (error) {
    throw new CascadeError(
      'ENGINE_UNUSABLE',
      `TensorFlow in ${location.folder} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
