package org.weft.clusters;

import org.weft.trainer.FreePort;

/** Where the servers of one cluster listen on this machine. Others, such as a NodeManager's, take any port. */
record HadoopPorts(int nameNode, int resourceManager, int scheduler, int tracker, int admin, int web) {

    static HadoopPorts free() {
        return new HadoopPorts(
                FreePort.any(), FreePort.any(), FreePort.any(), FreePort.any(), FreePort.any(), FreePort.any());
    }
}
