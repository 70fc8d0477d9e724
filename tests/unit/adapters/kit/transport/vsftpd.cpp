#include "tests/unit/adapters/kit/transport/vsftpd.h"

#include "tests/support/pki.h"

namespace yht::kit {

Vsftpd::Vsftpd() {
    std::filesystem::create_directories("/var/run/vsftpd/empty");
    makeFolder("in");
    makeFolder("in/done");
    const auto files = test::sharedPki().gateway();
    writeText(
        directory_ / "config",
        "listen=YES\nlisten_address=127.0.0.1\nlisten_port=" + std::to_string(port_) +
            "\nbackground=NO\nanonymous_enable=YES\nno_anon_password=YES\nanon_root=" + root() +
            "\nanon_upload_enable=YES\nanon_other_write_enable=YES\nanon_umask=022\nanon_world_readable_only=NO\nwrite_enable=YES\n"
            "local_enable=NO\nssl_enable=YES\nallow_anon_ssl=YES\nforce_anon_logins_ssl=YES\nforce_anon_data_ssl=YES\n"
            "require_ssl_reuse=NO\nssl_ciphers=HIGH\nrsa_cert_file=" + files.certificate + "\nrsa_private_key_file=" + files.private_key +
            "\nseccomp_sandbox=NO\nutf8_filesystem=YES\nsecure_chroot_dir=/var/run/vsftpd/empty\n"
    );
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"/usr/sbin/vsftpd", directory_ / "config"}, port_, directory_ / "log"
    );
}

void Vsftpd::makeFolder(const std::string& name) const {
    std::filesystem::create_directories(root() + "/" + name);
    std::filesystem::permissions(root() + "/" + name, std::filesystem::perms(0777));
}

FtpsSettings Vsftpd::settings() const {
    FtpsSettings settings;
    settings.host = "127.0.0.1";
    settings.port = port_;
    settings.user = "anonymous";
    settings.password = "x";
    settings.ca_path = test::sharedPki().rootFile();
    return settings;
}

}  // namespace yht::kit
