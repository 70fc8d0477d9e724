#include "gateway/app/command_line_certs.h"

namespace yht::app {
namespace {

constexpr const char* kFindings = "Exit codes 退出码: 0 done, 65 refused: every reason as certificate.CODE with a sentence, 70 disk.";

void addCreate(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto* create = commands.add(
        "create", "Make an authority: root, intermediate, offline root 建立 CA", createAuthority,
        std::string(
            "A root signs itself. An intermediate is signed by --issuer, or, without it, waits: have DIR/authority.csr signed elsewhere,\n"
            "then yht certs authority activate. With --offline the key is written to --ca-key (a stick that goes into the safe) and never\n"
            "stands in DIR; commands that sign are given it. Everything in DIR is text that an auditor can read.\n"
            "根 CA 自签;中间 CA 由 --issuer 签发,否则请上级签署 DIR/authority.csr 后执行 activate。--offline 时私钥只写到 --ca-key(入柜保管)。\n"
            "Examples 示例:\n"
            "  yht certs authority create root --profile ca-root --subject \"O=株洲市12345,CN=Root 2026\" --offline --ca-key /media/usb/root.key \\\n"
            "      --passphrase-file root.pass\n"
            "  yht certs authority create issuing --profile ca-intermediate --subject \"O=株洲市12345,CN=Issuing 2026\" --issuer root \\\n"
            "      --issuer-key /media/usb/root.key --issuer-passphrase-file root.pass --crl-url http://pki.example/issuing.crl\n"
            "  yht certs authority create issuing --profile ca-intermediate --subject \"O=株洲市12345,CN=Issuing 2026\"\n"
        ) + kFindings
    );
    create->add_option("directory", line.authority, "Where it is to be 目录")->required();
    addProfiles(create, line);
    create->add_option("--profile", line.profile, "ca-root, ca-intermediate, or one of your own 模板")->required();
    create->add_option("--subject", line.subject, "As O=株洲市12345,CN=Root 2026 主题")->required();
    create->add_option("--key-type", line.key_kind, "p256, p384, rsa3072, rsa4096, sm2; the profile's first where left out 密钥类型");
    create->add_option("--days", line.days, "Lifetime; the profile's where left out 有效天数")->check(CLI::Range(1, 36'500));
    create->add_option("--passphrase-file", line.passphrase_file, "Encrypts its key 口令文件,用于加密其私钥");
    create->add_flag("--offline", line.offline, "Its key is kept elsewhere; wants --ca-key and --passphrase-file 私钥离线保管");
    create->add_option("--ca-key", line.ca_key, "Where an offline key is written 离线私钥的位置");
    addPermission(create, line);
    create->add_option("--issuer", line.issuer, "Authority above, which signs it 上级 CA 目录");
    create->add_option("--issuer-key", line.issuer_key, "The key above, where that is kept offline 上级离线私钥");
    create->add_option("--issuer-passphrase-file", line.issuer_passphrase_file, "Opens the key above 上级私钥口令文件");
    create->add_option("--issues", line.issues, "Profiles that it issues by; the profile's where left out 可签发的模板")->delimiter(',');
    create->add_option("--crl-url", line.crl_urls, "Where its CRL is fetched; stands in what it issues CRL 地址");
    create->add_option("--ocsp-url", line.ocsp_urls, "Where OCSP is asked OCSP 地址");
    create->add_option("--issuer-url", line.issuer_urls, "Where its certificate is fetched CA 证书地址");
    create->add_option("--crl-days", line.crl_days, "How long its CRL holds CRL 有效天数")->check(CLI::Range(1, 3650));
}

}  // namespace

void addCertsAuthority(CLI::App& certs, const SharedCertsLine& line, std::function<int()>& run) {
    auto* authority = certs.add_subcommand("authority", "Authorities (CA) in directories CA 管理");
    authority->require_subcommand(1);
    authority->footer("Examples 示例:\n  yht certs authority create ca --profile ca-root --subject \"O=株洲市12345,CN=Root 2026\"\n"
                      "  yht certs authority show ca");
    CertsCommands commands(*authority, line, run);
    addCreate(commands);
    auto* activate = commands.add(
        "activate", "Take the certificate that the CA above has made 启用上级签发的证书", activateAuthority,
        std::string("Give it with every certificate above it, the root included. Also for a renewed one of the same key.\n"
                    "须连同其上各级证书(含根)一并给出;同一密钥的续期证书亦用此命令。\n"
                    "Example 示例:\n  yht certs authority activate issuing issuing.pem root.pem\n"
        ) + kFindings
    );
    activate->add_option("directory", line->authority, "The authority CA 目录")->required();
    activate->add_option("files", line->files, "Certificates, in any form and order 证书文件")->required();
    auto* show = commands.add(
        "show", "What it is, and everything that it has issued 查看 CA 及其签发记录", showAuthority,
        "Example 示例:\n  yht certs authority show issuing"
    );
    show->add_option("directory", line->authority, "The authority CA 目录")->required();

    auto* crl = certs.add_subcommand("crl", "Certificate revocation lists 吊销列表");
    crl->require_subcommand(1);
    crl->footer("Example 示例:\n  yht certs crl publish --authority issuing --out /var/www/pki/issuing.crl");
    CertsCommands of_crl(*crl, line, run);
    auto* publish = of_crl.add(
        "publish", "Sign the CRL anew, its number one higher 发布 CRL", publishCrlCommand,
        std::string(
            "To DIR/crl.pem and DIR/crl.der, and to --out (DER where it ends in .der or .crl). Publish before the last one's next update:\n"
            "from then on nobody can know what is revoked. 须在上一份的下次更新时间之前发布。\n"
            "Example 示例:\n  yht certs crl publish --authority issuing --out /var/www/pki/issuing.crl\n"
        ) + kFindings
    );
    addSigner(publish, *line);
    addPermission(publish, *line);
    publish->add_option("--days", line->days, "Until the next update 距下次更新的天数")->check(CLI::Range(1, 3650));
    publish->add_option("--out", line->out, "Where it is fetched from, replaced 发布位置");
}

}  // namespace yht::app
