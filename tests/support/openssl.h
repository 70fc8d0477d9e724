// The openssl program as counterpart: what we make it reads, what it makes we read. Arguments go straight to the program.
//   test::Scratch scratch;                                   a directory of one test
//   const auto told = test::openssl({"x509", "-in", scratch / "a.pem", "-noout", "-subject"});
//   EXPECT_EQ(0, told.exit_code) << told.text;
// Uses: the openssl program. Used by: tests of crypto, certs, app.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/pki.h"

namespace yht::test {

struct Told {
    int exit_code = 0;
    std::string text;  // standard output and error
};

/// Throws std::runtime_error where it can't be started.
Told openssl(std::vector<std::string> arguments);
/// The same, and throws where it fails: a step that a test can't go on without. Gives what it said.
std::string mustOpenssl(std::vector<std::string> arguments);

/// A fresh directory, removed with the object.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::string operator/(const std::string& name) const { return (directory_ / name).string(); }
    std::string path() const { return directory_.string(); }
    /// Writes a file and gives its path.
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::filesystem::path directory_;
};

}  // namespace yht::test
