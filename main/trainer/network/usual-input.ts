/** Images, and the number of their classes, that a network is usually counted and compared at. */
export interface UsualInput {
  /** Height, width, channels. */
  imageShape: [number, number, number];
  classes: number;
}

export const MNIST_INPUT: UsualInput = { imageShape: [28, 28, 1], classes: 10 };
export const CIFAR_INPUT: UsualInput = { imageShape: [32, 32, 3], classes: 10 };
export const IMAGENET_INPUT: UsualInput = { imageShape: [224, 224, 3], classes: 1000 };
