// A SoftHSM2 token of a test's own: its directory, configuration and PIN; keys are imported from PEM.
// Uses: stage, the programs of softhsm2. Used by: tests of key_provider and tls.
#pragma once

#include <string>

namespace yht::test {

class SoftToken {
public:
    /// Points SOFTHSM2_CONF at itself: one at a time, before anything loads the module.
    explicit SoftToken(const std::string& label);
    ~SoftToken();
    SoftToken(const SoftToken&) = delete;
    SoftToken& operator=(const SoftToken&) = delete;

    /// `id`: hexadecimal.
    void import(const std::string& pem_file, const std::string& label, const std::string& id) const;
    /// The key's reference; `pin_source` "" leaves it out.
    std::string reference(const std::string& object, const std::string& pin_source) const;
    std::string reference(const std::string& object) const { return reference(object, "file:" + directory_ + "/pin"); }
    const std::string& directory() const { return directory_; }
    static const char* modulePath();

private:
    std::string directory_, label_;
};

}  // namespace yht::test
