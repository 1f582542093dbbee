/**
 * What a checkpoint is on disk: safetensors files ({@code Safetensors}, {@code FloatFormat}) and the manifest that commits
 * them ({@code CheckpointManifest}), read back in ranges ({@code CheckpointReader}). Who writes them stands elsewhere: servers
 * their shards, the driver the manifest.
 */
package org.weft.core.checkpoint;
