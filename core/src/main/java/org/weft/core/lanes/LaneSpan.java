package org.weft.core.lanes;

import java.util.ArrayList;
import java.util.List;

/**
 * A run of neighbouring lanes that one worker computes in a step.
 *
 * @param first the first lane
 * @param count number of lanes, may be 0
 */
public record LaneSpan(int first, int count) {

    public int end() {
        return first + count;
    }

    public boolean contains(TreeNode node) {
        return node.firstLane() >= first && node.firstLane() + node.laneCount() <= end();
    }

    /** The fewest tree nodes that together cover the span, left to right: what its worker pushes. */
    public List<TreeNode> cover() {
        List<TreeNode> nodes = new ArrayList<>();
        int lane = first;
        while (lane < end()) {
            TreeNode node = TreeNode.lane(lane);
            while (contains(node.parent()) && node.isLeft()) {
                node = node.parent();
            }
            nodes.add(node);
            lane += node.laneCount();
        }
        return nodes;
    }

    /** Part {@code part} of {@code lanes} lanes cut into {@code parts} even spans. */
    public static LaneSpan even(int lanes, int parts, int part) {
        int from = (int) ((long) lanes * part / parts);
        int to = (int) ((long) lanes * (part + 1) / parts);
        return new LaneSpan(from, to - from);
    }

    @Override
    public String toString() {
        return count == 1 ? "lane " + first : "lanes " + first + "-" + (end() - 1);
    }
}
