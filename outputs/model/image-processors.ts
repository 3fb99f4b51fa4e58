import type { Rgb } from '../../operators/image/recipe-steps.ts';

/** `size` as a processor of transformers has it, in pixels: both sides, or the shorter one. */
export type ProcessorSize =
  { readonly height: number; readonly width: number } | { readonly shortest_edge: number };

/** An image processor whose inputs are made here: what it does when its configuration is silent. */
export interface DoneProcessor {
  readonly size?: ProcessorSize;
  /** A number alone as `size` means both sides (`default_to_square`), not the shorter one. */
  readonly squares: boolean;
  /** Pillow's number of the filter. */
  readonly resample: number;
  /** Crops the middle. */
  readonly crops?: boolean;
  /** Side of the centre crop, in pixels. */
  readonly cropSize?: number;
  readonly rescales?: boolean;
  readonly factor?: number;
  readonly normalises?: boolean;
  readonly mean?: Rgb;
  readonly std?: Rgb;
  /** How it departs from resize, centre crop, rescale, normalise. */
  readonly besides?: ProcessorQuirk;
  /** Options of other processors that it does not heed. */
  readonly ignores?: readonly string[];
  /** Field that holds its size, if not `size`. */
  readonly sizeField?: string;
}

/** An image processor that is refused, and why. */
export interface RefusedProcessor {
  readonly refused: keyof typeof refusals;
}

/** How a processor departs from resize, centre crop, rescale, normalise. */
export type ProcessorQuirk =
  | 'convnext'
  | 'poolformer'
  | 'levit'
  | 'efficientnet'
  | 'mobilevit'
  | 'layoutlmv2'
  | 'dinov3'
  | 'timm';

/** What one processor does and others do not, in the words of the page beside this file. */
export const quirks: Readonly<Record<ProcessorQuirk, string>> = {
  convnext: 'below 384 pixels the shorter side becomes `size / crop_pct`, the middle is cropped',
  poolformer: 'the shorter side becomes `size / crop_pct`',
  levit: '`shortest_edge` is multiplied by 256/224',
  efficientnet: '`rescale_offset` subtracts 1, `include_top` divides by `image_std` again',
  mobilevit: '`do_flip_channel_order`: blue first; never normalises',
  layoutlmv2: 'bytes, blue first; never rescales or normalises',
  dinov3: 'rescales first, so that it resizes fractions',
  timm: 'timm’s `pretrained_cfg`: resizes with Pillow to `input_size / crop_pct`, crops the middle',
};

/** Why a processor is refused: the sentence goes on after its name. */
export const refusals = {
  patches: 'makes sequences of patches whose length depends on the image',
  crops: 'cuts an image into several crops or tiles',
  aspect: 'keeps the aspect of images: its inputs have no one size',
  oblong: 'has inputs that are not square',
  padded: 'pads images to a square or to one size',
  video: 'takes frames of videos',
  pairs: 'takes pairs of images',
  guided: 'takes more than an image: boxes or a trimap',
  colours: 'makes each pixel the number of a colour',
  aliased: 'resizes without antialiasing',
  cropsFirst: 'crops before it resizes',
  nearestSide: 'rounds the longer side to the nearest pixel',
} as const;

const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
/** Mean and deviation of the colours of ImageNet. */
export const imagenet: { readonly mean: Rgb; readonly std: Rgb } = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const clip = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const;
const ones = { mean: [1, 1, 1], std: [1, 1, 1] } as const;

const [lanczos, bilinear, bicubic] = [{ resample: 1 }, { resample: 2 }, { resample: 3 }] as const;

function square(side: number): Pick<DoneProcessor, 'size' | 'squares'> {
  return { size: { height: side, width: side }, squares: true };
}

function edge(side: number): Pick<DoneProcessor, 'size' | 'squares'> {
  return { size: { shortest_edge: side }, squares: false };
}

function crop(side: number): Pick<DoneProcessor, 'crops' | 'cropSize'> {
  return { crops: true, cropSize: side };
}

/**
 * Image processors of transformers 5, by the name that `image_processor_type` has without `Fast` and `Pil`.
 *
 * @see https://github.com/huggingface/transformers, `src/transformers/models`, the files named `image_processing_….py`.
 */
export const imageProcessors: Readonly<Record<string, DoneProcessor | RefusedProcessor>> = {
  Apertus1p5ImageProcessor: { refused: 'aspect' },
  AriaImageProcessor: { refused: 'crops' },
  BeitImageProcessor: { ...square(224), ...half, ...bicubic, cropSize: 224 },
  BitImageProcessor: { ...edge(224), ...clip, ...bicubic, ...crop(224) },
  BlipImageProcessor: { ...square(384), ...clip, ...bicubic },
  BridgeTowerImageProcessor: { refused: 'aspect' },
  CHMv2ImageProcessor: { refused: 'aspect' },
  CLIPImageProcessor: { ...edge(224), ...clip, ...bicubic, ...crop(224) },
  ChameleonImageProcessor: { ...edge(512), ...ones, ...lanczos, ...crop(512), factor: 0.0078 },
  ChineseCLIPImageProcessor: { ...edge(224), ...clip, ...bicubic, ...crop(224) },
  Cohere2VisionImageProcessor: { refused: 'crops' },
  CohereCompassImageProcessor: { refused: 'patches' },
  ConditionalDetrImageProcessor: { refused: 'aspect' },
  ConvNextImageProcessor: { ...edge(384), ...half, ...bicubic, besides: 'convnext' },
  Cosmos3EdgeImageProcessor: { refused: 'patches' },
  DINOv3ViTImageProcessor: { ...square(224), ...imagenet, ...bilinear, besides: 'dinov3' },
  DPTImageProcessor: { ...square(384), ...half, ...bicubic },
  DeepseekOcr2ImageProcessor: { refused: 'crops' },
  DeepseekVLHybridImageProcessor: { refused: 'padded' },
  DeepseekVLImageProcessor: { refused: 'padded' },
  DeformableDetrImageProcessor: { refused: 'aspect' },
  DeiTImageProcessor: { ...square(256), ...half, ...bicubic, ...crop(224) },
  DepthProImageProcessor: { refused: 'aliased' },
  DetrImageProcessor: { refused: 'aspect' },
  DonutImageProcessor: { refused: 'padded' },
  EfficientLoFTRImageProcessor: { refused: 'pairs' },
  EfficientNetImageProcessor: {
    ...square(346),
    ...half,
    ...bicubic,
    cropSize: 289,
    besides: 'efficientnet',
  },
  Emu3ImageProcessor: { refused: 'aspect' },
  EomtImageProcessor: { refused: 'aspect' },
  Ernie4_5_VLMoeImageProcessor: { refused: 'patches' },
  Ernie4_5_VL_MoeImageProcessor: { refused: 'patches' },
  FlavaImageProcessor: { ...square(224), ...clip, ...bicubic, ...crop(224) },
  FuyuImageProcessor: { refused: 'padded' },
  GLPNImageProcessor: { refused: 'aspect' },
  Gemma3ImageProcessor: { ...square(224), ...half, ...bilinear, ignores: ['do_center_crop'] },
  Gemma4ImageProcessor: { refused: 'patches' },
  Gemma4UnifiedImageProcessor: { refused: 'patches' },
  Glm46VImageProcessor: { refused: 'patches' },
  Glm4vImageProcessor: { refused: 'patches' },
  Glm5NextImageProcessor: { refused: 'patches' },
  GlmImageImageProcessor: { refused: 'patches' },
  GlmgaImageProcessor: { refused: 'patches' },
  GotOcr2ImageProcessor: { ...square(384), ...clip, ...bicubic, ignores: ['do_center_crop'] },
  GraniteDoclingImageProcessor: { refused: 'crops' },
  GroundingDinoImageProcessor: { refused: 'aspect' },
  HYV4VLImageProcessor: { refused: 'patches' },
  HunYuanVLImageProcessor: { refused: 'patches' },
  Idefics2ImageProcessor: { refused: 'aspect' },
  Idefics3ImageProcessor: { refused: 'crops' },
  IdeficsImageProcessor: { ...square(224), ...clip, ...bicubic, sizeField: 'image_size' },
  ImageGPTImageProcessor: { refused: 'colours' },
  Inkling2ImageProcessor: { refused: 'patches' },
  InklingImageProcessor: { refused: 'patches' },
  JanusImageProcessor: { refused: 'padded' },
  Kimi_K25ImageProcessor: { refused: 'patches' },
  Kosmos2_5ImageProcessor: { refused: 'patches' },
  LayoutLMv2ImageProcessor: {
    ...square(224),
    ...bilinear,
    rescales: false,
    normalises: false,
    besides: 'layoutlmv2',
    ignores: ['do_center_crop', 'do_rescale', 'do_normalize'],
  },
  LayoutLMv3ImageProcessor: { ...square(224), ...half, ...bilinear },
  LevitImageProcessor: { ...edge(224), ...imagenet, ...bicubic, ...crop(224), besides: 'levit' },
  Lfm2VlImageProcessor: { refused: 'patches' },
  LightGlueImageProcessor: { refused: 'pairs' },
  Llama4ImageProcessor: { refused: 'crops' },
  LlavaImageProcessor: { ...edge(224), ...clip, ...bicubic, ...crop(224) },
  LlavaNextImageProcessor: { refused: 'crops' },
  LlavaOnevisionImageProcessor: { refused: 'crops' },
  Mask2FormerImageProcessor: { refused: 'aspect' },
  MaskFormerImageProcessor: { refused: 'aspect' },
  MiniCPMOcrImageProcessor: { refused: 'patches' },
  MiniCPMV4_6ImageProcessor: { refused: 'patches' },
  MiniMaxM3VLImageProcessor: { refused: 'patches' },
  MllamaImageProcessor: { refused: 'crops' },
  MobileNetV1ImageProcessor: { ...edge(256), ...half, ...bilinear, ...crop(224) },
  MobileNetV2ImageProcessor: { ...edge(256), ...half, ...bilinear, ...crop(224) },
  MobileViTImageProcessor: {
    ...edge(224),
    ...half,
    ...bicubic,
    ...crop(256),
    normalises: false,
    besides: 'mobilevit',
    ignores: ['do_normalize'],
  },
  Molmo2ImageProcessor: { refused: 'crops' },
  MuseGlimmerImageProcessor: { refused: 'patches' },
  NemotronH_Omni_Reasoning_V3ImageProcessor: { refused: 'patches' },
  NeoMMEImageProcessor: { refused: 'patches' },
  NougatImageProcessor: { refused: 'padded' },
  OneFormerImageProcessor: { refused: 'aspect' },
  Ovis2ImageProcessor: { ...square(384), ...clip, ...bicubic },
  OwlViTImageProcessor: { ...square(768), ...clip, ...bicubic, cropSize: 768 },
  Owlv2ImageProcessor: { refused: 'padded' },
  PI0ImageProcessor: { refused: 'padded' },
  PPChart2TableImageProcessor: { ...square(1024), ...clip, ...bicubic },
  PPDocLayoutV2ImageProcessor: { refused: 'aliased' },
  PPDocLayoutV3ImageProcessor: { refused: 'aliased' },
  PPDocLayoutV4ImageProcessor: { refused: 'aliased' },
  PPFormulaNetImageProcessor: { refused: 'padded' },
  PPLCNetImageProcessor: { refused: 'nearestSide' },
  PPOCRV5ServerDetImageProcessor: { refused: 'aspect' },
  PPOCRV5ServerRecImageProcessor: { refused: 'padded' },
  PPOCRV6SmallRecImageProcessor: { refused: 'padded' },
  PaddleOCRVLImageProcessor: { refused: 'patches' },
  PerceiverImageProcessor: { refused: 'cropsFirst' },
  PerceptionLMImageProcessor: { refused: 'crops' },
  Phi4MultimodalImageProcessor: { refused: 'crops' },
  Pix2StructImageProcessor: { refused: 'patches' },
  PixtralImageProcessor: { refused: 'aspect' },
  PoolFormerImageProcessor: {
    ...edge(224),
    ...imagenet,
    ...bicubic,
    ...crop(224),
    besides: 'poolformer',
  },
  PromptDepthAnythingImageProcessor: {
    ...square(384),
    ...half,
    ...bicubic,
    ignores: ['do_center_crop'],
  },
  PvtImageProcessor: { ...square(224), ...imagenet, ...bicubic },
  Qwen2VLImageProcessor: { refused: 'patches' },
  RTDetrImageProcessor: {
    ...square(640),
    squares: false,
    ...imagenet,
    ...bilinear,
    normalises: false,
    ignores: ['do_center_crop', 'do_convert_annotations'],
  },
  RfDetrImageProcessor: { refused: 'aspect' },
  SLANeXtImageProcessor: { refused: 'padded' },
  Sam2ImageProcessor: { ...square(1024), ...imagenet, ...bilinear },
  Sam3ImageProcessor: { ...square(1008), ...half, ...bilinear },
  SamImageProcessor: { refused: 'padded' },
  Sapiens2ImageProcessor: { refused: 'oblong' },
  SegGptImageProcessor: { ...square(448), ...imagenet, ...bicubic, ignores: ['do_center_crop'] },
  SegformerImageProcessor: {
    ...square(512),
    ...imagenet,
    ...bilinear,
    ignores: ['do_center_crop'],
  },
  Siglip2ImageProcessor: { refused: 'patches' },
  SiglipImageProcessor: { ...square(224), squares: false, ...half, ...bicubic },
  SmolVLMImageProcessor: { refused: 'crops' },
  Step3p7ImageProcessor: { refused: 'crops' },
  SuperGlueImageProcessor: { refused: 'pairs' },
  SuperPointImageProcessor: { refused: 'oblong' },
  Swin2SRImageProcessor: { refused: 'aspect' },
  TextNetImageProcessor: { refused: 'aspect' },
  TimmWrapperImageProcessor: { ...square(224), ...imagenet, ...bicubic, besides: 'timm' },
  Tipsv2DptImageProcessor: { ...square(448), ...bilinear, normalises: false },
  Tipsv2ImageProcessor: { ...square(448), ...bilinear, normalises: false },
  TvpImageProcessor: { refused: 'video' },
  UVDocImageProcessor: { refused: 'oblong' },
  UltraVBertImageProcessor: { refused: 'crops' },
  UnlimitedOcrImageProcessor: { refused: 'crops' },
  ViTImageProcessor: { ...square(224), ...half, ...bilinear },
  VideoLlama3ImageProcessor: { refused: 'patches' },
  VideoLlavaImageProcessor: { refused: 'video' },
  VideoMAEImageProcessor: { refused: 'video' },
  ViltImageProcessor: { refused: 'aspect' },
  VitMatteImageProcessor: { refused: 'guided' },
  VitPoseImageProcessor: { refused: 'guided' },
  VivitImageProcessor: { refused: 'video' },
  YolosImageProcessor: { refused: 'aspect' },
  ZoeDepthImageProcessor: { refused: 'padded' },
};
