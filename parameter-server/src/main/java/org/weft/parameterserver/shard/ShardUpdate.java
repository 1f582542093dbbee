package org.weft.parameterserver.shard;

/**
 * What leads from a version of the parameters to the next.
 *
 * @param step the version at hand
 * @param next the version that it becomes
 * @param updates done before this one: steps that were not skipped
 * @param scale the gradient's factor from clipping
 */
public record ShardUpdate(int step, int next, int updates, float scale) {
    /** To the version that follows. */
    public static ShardUpdate of(int step, int updates, float scale) {
        return new ShardUpdate(step, step + 1, updates, scale);
    }
}
