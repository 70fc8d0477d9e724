// The certificates of make-certificates, in a temporary directory that goes with the test program.
// Uses: std, the openssl program. Used by: tests of crypto, trust, kit.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/pki.h"

namespace yht::test {

class MadeCertificates {
public:
    MadeCertificates() {
        std::string pattern = (std::filesystem::temp_directory_path() / "yht-made-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        directory_ = pattern;
        const std::string command = std::string(YHT_SOURCE_DIR) + "/tests/support/make-certificates " + directory_;
        if (std::system(command.c_str()) != 0) throw std::runtime_error("make-certificates failed");
    }
    ~MadeCertificates() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    MadeCertificates(const MadeCertificates&) = delete;
    MadeCertificates& operator=(const MadeCertificates&) = delete;

    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    std::string text(const std::string& name) const { return readFile(path(name)); }

private:
    std::string directory_;
};

/// Made at first use.
inline const MadeCertificates& madeCertificates() {
    static const MadeCertificates made;
    return made;
}

}  // namespace yht::test
