/**
 * Name of the state tensor that holds a parameter's average, `optimizer/average/<parameter>` in a checkpoint. It begins as
 * the initial weights, is carried by checkpoints like the optimizer's slots, and is masked like them.
 */
export const AVERAGE_SLOT = 'average';
