/** Files: the few operations that Weft needs of a Hadoop file system, tried again where a file system fails. */
package org.weft.core.storage;
