package org.weft.core.lanes;

/**
 * A node of the lane tree. Level 0 holds the lanes' own gradients; node (level, index) is the sum of (level - 1, 2
 * index) and (level - 1, 2 index + 1), and covers the lanes [index 2^level, (index + 1) 2^level).
 */
public record TreeNode(int level, int index) {
    public TreeNode {
        if (level < 0 || index < 0 || level > 30) {
            throw new IllegalArgumentException("no such tree node: level=" + level + " index=" + index);
        }
    }

    public static TreeNode lane(int lane) {
        return new TreeNode(0, lane);
    }

    public int firstLane() {
        return index << level;
    }

    public int laneCount() {
        return 1 << level;
    }

    public TreeNode parent() {
        return new TreeNode(level + 1, index >> 1);
    }

    public TreeNode sibling() {
        return new TreeNode(level, index ^ 1);
    }

    public boolean isLeft() {
        return (index & 1) == 0;
    }

    @Override
    public String toString() {
        return laneCount() == 1
                ? "lane " + firstLane()
                : "lanes " + firstLane() + "-" + (firstLane() + laneCount() - 1);
    }
}
