/* The SDK: everything a page needs, and nothing that draws. */
export { Client, type ClientOptions } from './client';
export { ServerClock } from './clock';
export { installDebugHandle } from './debug';
export { ClientError, codeOf } from './errors';
export * from './http';
export { Capture, CaptureError, type CaptureErrorName, type DeviceKind } from './media/capture';
export { MediaLink, type MediaStatus } from './media/media-link';
export { PaperCamera, type CameraChoice } from './media/paper-camera';
export type { ParticipantStreams } from './media/streams';
export * from './messages';
export { SignalSocket } from './signal/socket';
export type { LinkState } from './signal/link';
export * from './state';
export { memoryDrawer, sessionDrawer, type Drawer } from './storage';
