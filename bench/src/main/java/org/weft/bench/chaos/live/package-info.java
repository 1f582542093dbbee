/**
 * The part of the chaos bench that touches the machine: processes, network namespaces, mounts. Knows of Weft only its
 * command line, its log and its files.
 */
package org.weft.bench.chaos.live;
