/** A real HDFS inside this process, kept over restarts: for trying things out on one machine, and for tests. */
package org.weft.driver.local;
