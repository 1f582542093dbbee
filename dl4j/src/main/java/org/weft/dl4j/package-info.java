/** Deeplearning4j's networks on Weft's workers and servers, behind the interface that Deeplearning4j Spark has. */
package org.weft.dl4j;
