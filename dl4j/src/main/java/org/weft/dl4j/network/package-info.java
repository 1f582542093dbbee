/** A Deeplearning4j network as Weft's flat vectors, its updaters as the servers' optimizer, and its replica. */
package org.weft.dl4j.network;
