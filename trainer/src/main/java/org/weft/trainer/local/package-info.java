/**
 * What makes one machine enough to try everything: an HDFS inside this process and a corpus that Maven brings. Needs
 * the jars of {@code dist/local}; nothing here is used on a cluster.
 */
package org.weft.trainer.local;
