// A directory's listing as SFTP and FTP servers write it, one file a line in the form of "ls -l":
//   -rw-r--r--    1 1001     1001        31337 Apr 18 10:21 GD_20190418.csv
// Their times are to the minute and without zone, so nothing here reads them. Uses: base. Used by: remote_store.
#pragma once

#include <string_view>

#include "adapters/kit/transport/file_store.h"

namespace yht::kit {

/// Regular files by name; directories, links and names that are no plain ones are left out.
/// Errors: PeerAnswerInvalid (a line of another form, more than kListedFilesMax).
base::Result<std::vector<FileEntry>> readDirectoryLines(std::string_view listing);

}  // namespace yht::kit
