/** Files: the few operations that Weft needs of a Hadoop file system, and the formats that it keeps there. */
package org.weft.core.storage;
