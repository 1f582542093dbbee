package org.weft.clusters;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;

/** Makes a user's home as the administrator of HDFS does: {@code UserHome PRINCIPAL KEYTAB USER}; nobody else may enter it. */
final class UserHome {
    private UserHome() {}

    public static void main(String[] args) throws Exception {
        Configuration configuration = new Configuration();
        UserGroupInformation.setConfiguration(configuration);
        UserGroupInformation.loginUserFromKeytab(args[0], args[1]);
        Path home = new Path("/user/" + args[2]);
        try (FileSystem files = FileSystem.get(configuration)) {
            files.mkdirs(home);
            files.setOwner(home, args[2], args[2]);
            files.setPermission(home, new FsPermission("700"));
        }
    }
}
