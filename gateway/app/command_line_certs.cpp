#include "gateway/app/command_line_certs.h"

#include "gateway/app/command_line_family.h"
#include "gateway/crypto/revocation_list.h"

namespace yht::app {
namespace {

constexpr const char* kExamples =
    "Examples 示例:\n"
    "  yht certs list                       # what there is, days left, what each is used for\n"
    "  yht certs what-if --on 2027-06-01    # what breaks that day\n"
    "  yht certs authority create ca --profile ca-root --subject \"O=株洲市12345,CN=Root 2026\"\n"
    "  yht certs issue --authority issuing --profile partner --request hotline.csr --out hotline.pem\n"
    "  yht certs renew --authority issuing --certificate hotline.pem --out hotline-2027.pem\n"
    "  yht certs revoke --authority issuing --certificate hotline.pem --reason key_compromise --why \"laptop stolen\" --publish\n"
    "certs/README.md walks through a year. 全年流程见 certs/README.md。";

constexpr const char* kFindings =
    "Where this machine has a deployment, its gateway is asked first and told after: with operators named a second person approves\n"
    "(yht approvals). 本机有部署时先由网关复核、后入账;指定了操作员的须第二人复核。\n"
    "Exit codes 退出码: 0 done, 65 refused: every reason as certificate.CODE with a sentence, 70 disk, 75 waits for a second person,\n"
    "77 not permitted to this operator.";

void addOut(CLI::App* command, CertsLine& line) {
    command->add_option("--out", line.out, "File to make; never over another 输出文件,不覆盖")->required();
}

void addNewKey(CLI::App* command, CertsLine& line) {
    command->add_option(
        "--key-type", line.key_kind, "p256, p384, rsa2048, rsa3072, rsa4096, ed25519, sm2; the profile's first where left out 密钥类型"
    );
    command->add_option(
        "--passphrase-file", line.passphrase_file, "Its first line encrypts the new key; - is standard input 口令文件,用于加密新私钥"
    );
}

void addAsked(CLI::App* command, CertsLine& line) {
    command->add_option(
        "-c,--config", line.deployment,
        withVariable("Deployment whose gateway is asked and told; /etc/yihaotong where that is one 部署目录", kDeploymentVariable)
    );
}

void addDays(CLI::App* command, CertsLine& line) {
    command->add_option("--days", line.days, "Lifetime; the profile's where left out 有效天数")->check(CLI::Range(1, 36'500));
}

void addIssue(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto* issue = commands.add(
        "issue", "Issue a certificate by a profile 按模板签发证书", issueCertificateCommand,
        std::string("For a request that somebody else's key has signed, or with a key that is made here. Subject and names of the request\n"
                    "count unless others are given; everything else is the profile's. The file holds the certificate and its chain.\n"
                    "可签发他方的申请,也可在此生成密钥;除主题与名称外均由模板决定。输出文件含证书及其证书链。\n"
                    "Examples 示例:\n"
                    "  yht certs issue --authority issuing --profile partner --request hotline.csr --out hotline.pem\n"
                    "  yht certs issue --authority issuing --profile partner --request requests/*.csr --out-dir certificates\n"
                    "  yht certs issue --authority issuing --profile gateway --subject \"O=株洲市12345,CN=gateway\" --dns gw.example \\\n"
                    "      --new-key gateway.key --out gateway.pem\n"
        ) + kFindings
    );
    addSigner(issue, line);
    addPermission(issue, line);
    addProfiles(issue, line);
    issue->add_option("--profile", line.profile, "certs/profiles: gateway, partner, province, operator, front 证书模板")->required();
    addSubject(issue, line);
    auto* request = issue->add_option("--request", line.requests, "PKCS#10 request, PEM or DER; several with --out-dir 证书申请,可多份");
    auto* key = issue->add_option("--new-key", line.new_key, "Make a key and write it here, mode 600 在此生成私钥")->excludes(request);
    addNewKey(issue, line);
    addDays(issue, line);
    auto* out = issue->add_option("--out", line.out, "File to make; never over another 输出文件,不覆盖");
    auto* out_dir = issue->add_option("--out-dir", line.out_dir, "Of several: where each goes, under its request's name 多份时的输出目录")
                        ->excludes(out)
                        ->needs(request);
    issue->parse_complete_callback([request, key, out, out_dir] {
        if (request->empty() && key->empty()) throw CLI::RequiredError("--request or --new-key");
        if (out->empty() && out_dir->empty()) throw CLI::RequiredError("--out or --out-dir");
        if (request->count() > 1 && out_dir->empty()) throw CLI::RequiredError("--out-dir");
    });
}

void addRenew(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto* renew = commands.add(
        "renew", "The same again, valid from now; the one before stays valid 续期,新旧并行有效", renewCertificate,
        std::string("Subject, names and profile are those of the one before. With its own key, or with another: --new-key, --request.\n"
                    "Both are valid until the one before ends: switch over when it suits, then take the old one out.\n"
                    "主题、名称与模板不变;沿用原密钥,或以 --new-key、--request 更换密钥。旧证书到期前两者并行有效。\n"
                    "Examples 示例:\n"
                    "  yht certs renew --authority issuing --certificate hotline.pem --out hotline-2027.pem\n"
                    "  yht certs renew --authority issuing --certificate gateway.pem --new-key gateway-2027.key --out gateway-2027.pem\n"
        ) + kFindings
    );
    addSigner(renew, line);
    addPermission(renew, line);
    addProfiles(renew, line);
    auto* certificate = renew->add_option("--certificate", line.certificate, "The one before 原证书");
    auto* serial = renew->add_option("--serial", line.serial, "Or its serial 或其序列号")->excludes(certificate);
    auto* request = renew->add_option("--request", line.request, "Request with another key 新密钥的申请");
    renew->add_option("--new-key", line.new_key, "Make another key and write it here 生成新私钥")->excludes(request);
    addNewKey(renew, line);
    addDays(renew, line);
    addOut(renew, line);
    renew->parse_complete_callback([certificate, serial] {
        if (certificate->empty() && serial->empty()) throw CLI::RequiredError("--certificate or --serial");
    });
}

void addRevoke(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto reasons = crypto::reasonNames();
    std::erase(reasons, "certificate_hold");  // nothing here takes a hold back
    auto* revoke = commands.add(
        "revoke", "Revoke a certificate with its reason 吊销证书", revokeCertificate,
        std::string(
            "In issued.csv at once, without the authority's key; others learn of it by the CRL: --publish, or yht certs crl publish.\n"
            "The gateway itself is told by revoked: true in partners.yaml and yht reload.\n"
            "即时记入 issued.csv,不需要 CA 私钥;他方经 CRL 得知。本网关须在 partners.yaml 写 revoked: true 并 yht reload。\n"
            "Example 示例:\n  yht certs revoke --authority issuing --certificate hotline.pem --reason key_compromise --why \"laptop stolen\" --publish\n"
        ) + kFindings
    );
    addSigner(revoke, line);
    addAsked(revoke, line);
    auto* certificate = revoke->add_option("--certificate", line.certificate, "The certificate 证书");
    auto* serial = revoke->add_option("--serial", line.serial, "Or its serial 或其序列号")->excludes(certificate);
    revoke->add_option("--reason", line.reason, "RFC 5280 reason 吊销原因")->required()->check(CLI::IsMember(reasons));
    revoke->add_option("--why", line.why, "In your words; it stays in issued.csv: no personal data 说明,勿含个人信息")->required();
    revoke->add_flag("--publish", line.publish, "Publish the CRL at once; wants the authority's key 立即发布 CRL");
    revoke->parse_complete_callback([certificate, serial] {
        if (certificate->empty() && serial->empty()) throw CLI::RequiredError("--certificate or --serial");
    });
}

void addJournal(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto* journal = commands.add(
        "journal", "What an authority was used for, and hand it in to the ledger CA 签发日志与补录", journalCommand,
        "Every use is a line that names the line before it by digest: one that was changed or taken out is found. --hand-in brings the lines\n"
        "that no ledger has yet, as of an offline root. 每行含上一行的摘要,改动或删除均会被发现;--hand-in 将尚未入账的行补录到账本。\n"
        "Example 示例:\n  yht certs journal --authority root --hand-in\n"
        "Exit codes 退出码: 0 the ledger has all of it, 3 lines wait, 65 the journal was altered."
    );
    journal->add_option("--authority", line.authority, "Directory of the authority CA 目录")->required();
    journal->add_flag("--hand-in", line.hand_in, "Bring what waits into the ledger 补录");
    addAsked(journal, line);
}

void addOutside(CertsCommands& commands) {
    CertsLine& line = commands.line();
    auto* request = commands.add(
        "request", "A key and a request for a CA elsewhere; the key stays 向外部 CA 申请,私钥不外传", requestCertificate,
        std::string(
            "Examples 示例:\n"
            "  yht certs request --profile gateway --subject \"O=株洲市12345,CN=gateway\" --dns gw.example --new-key gateway.key --out gateway.csr\n"
            "  yht certs request --profile gateway --subject \"O=株洲市12345,CN=gateway\" --dns gw.example --key gateway.key --out again.csr\n"
        ) + kFindings
    );
    addProfiles(request, line);
    request->add_option("--profile", line.profile, "What it is asked for 证书模板")->required();
    addSubject(request, line);
    auto* key = request->add_option("--key", line.key, "A key that is there already 已有私钥");
    auto* new_key = request->add_option("--new-key", line.new_key, "Make one and write it here, mode 600 生成私钥")->excludes(key);
    addNewKey(request, line);
    addOut(request, line);
    request->parse_complete_callback([key, new_key] {
        if (key->empty() && new_key->empty()) throw CLI::RequiredError("--key or --new-key");
    });

    auto* import = commands.add(
        "import", "A certificate from a CA elsewhere, checked against its key 导入外部 CA 的证书", importCertificate,
        std::string(
            "Reads PEM, DER, PKCS#12, PKCS#7. Checked: that it belongs to the key, its strength, its dates; with --ca its chain, with\n"
            "--purpose its usage, with --host its name. Only then it is written, chain behind it.\n"
            "核对证书与私钥、强度、有效期;给出 --ca 时核对证书链,--purpose 核对用途,--host 核对主机名;全部通过才写入。\n"
            "Examples 示例:\n"
            "  yht certs import gateway.crt issuing-ca.p7b --key gateway.key --ca root.pem --purpose tls_server --host gw.example --out gateway.pem\n"
            "  yht certs import gateway.p12 --passphrase-file secret --ca root.pem --key-out gateway.key --out gateway.pem\n"
        ) + kFindings
    );
    import->add_option("files", line.files, "Certificate and what came with it 证书及附带文件")->required();
    import->add_option("--key", line.key, "Its key, where it is not in the file 私钥");
    import->add_option("--key-out", line.key_out, "Write the key here, mode 600 写出私钥");
    import->add_option("--ca", line.ca, "Roots that its chain must end at 根证书");
    import->add_option("--purpose", line.purpose, "What it must be good for 用途")
        ->check(CLI::IsMember({"any", "tls_server", "tls_client", "signing", "ca"}));
    import->add_option("--host", line.host, "DNS name or address that it must name 主机名");
    import->add_option("--passphrase-file", line.passphrase_file, "Opens the file or the key 口令文件");
    addOut(import, line);

    auto* exporting = commands.add(
        "export", "Certificates in another form 转换证书格式", exportCertificate,
        std::string(
            "Examples 示例:\n"
            "  yht certs export gateway.pem --format p7 --out gateway.p7b\n"
            "  yht certs export gateway.pem --format p12 --key gateway.key --passphrase-file secret --name gateway --out gateway.p12\n"
        ) + kFindings
    );
    exporting->add_option("files", line.files, "Certificate first, then its chain 证书在前")->required();
    exporting->add_option("--format", line.format, "pem, der (the first one), p12, p7 格式")
        ->required()
        ->check(CLI::IsMember({"pem", "der", "p12", "p7"}));
    exporting->add_option("--key", line.key, "p12: its private key p12 所含私钥");
    exporting->add_option("--passphrase-file", line.passphrase_file, "p12: seals it; opens an encrypted key 口令文件");
    exporting->add_option("--name", line.name, "p12: its friendly name p12 的显示名称");
    addOut(exporting, line);
}

void addLooking(CertsCommands& commands) {
    CertsLine& line = commands.line();
    const auto addPlaces = [&line](CLI::App* command) {
        addDeployment(*command, line.deployment);
        command->add_option("--authority", line.authorities, "Authorities as well: their certificate, CRL and what they issued CA 目录");
    };
    auto* list = commands.add(
        "list", "Inventory: days left, and what each is used for 证书清单", listInventory,
        "Announced 60, 30, 14, 7 and 1 days ahead. 提前 60/30/14/7/1 天提示。\n"
        "Examples 示例:\n  yht certs list\n  yht certs list --authority /srv/ca/issuing --json\n"
        "Exit codes 退出码: 0 all is well, 1 something has expired, 3 something ends within 60 days or is wrong, 78 configuration."
    );
    addPlaces(list);
    auto* what_if = commands.add(
        "what-if", "What breaks on a day 某日将失效的用处", whatIf,
        "Every use, with its chain and CRLs, judged at the end of that day. 按当日结束时判断每个用处及其证书链、CRL。\n"
        "Example 示例:\n  yht certs what-if --on 2027-06-01\nExit codes 退出码: 0 nothing breaks, 3 something does, 65 no such day."
    );
    addPlaces(what_if);
    what_if->add_option("--on", line.on, "A day, YYYY-MM-DD 日期")->required();
    auto* show = commands.add(
        "show", "What a file holds: certificates, requests, CRLs 查看文件内容", showFile,
        "Examples 示例:\n  yht certs show hotline.csr\n  yht certs show gateway.p12 --passphrase-file secret\n  yht certs show crl.der --json"
    );
    show->add_option("files", line.files, "PEM, DER, PKCS#12, PKCS#7 文件")->required();
    show->add_option("--passphrase-file", line.passphrase_file, "Opens what is encrypted 口令文件");
    addProfiles(
        commands.add(
            "profiles", "Profiles that certificates are issued by 证书模板一览", listProfiles, "Example 示例:\n  yht certs profiles"
        ),
        line
    );
}

}  // namespace

CLI::App* CertsCommands::add(const char* name, const char* text, int (*command)(const CertsLine&), const std::string& footer) {
    auto* made = parent_.add_subcommand(name, text);
    made->final_callback([run = &run_, line = line_, command] { *run = [line, command] { return command(*line); }; });
    addJson(*made, line_->json);
    made->footer(footer);
    return made;
}

void addSigner(CLI::App* command, CertsLine& line) {
    command->add_option("--authority", line.authority, "Directory of the authority CA 目录")->required();
    command->add_option("--ca-key", line.ca_key, "Its key, where that is kept offline 离线保管的 CA 私钥");
    command->add_option("--ca-passphrase-file", line.ca_passphrase_file, "Opens the authority's key; - is standard input CA 私钥口令文件");
}

void addPermission(CLI::App* command, CertsLine& line) {
    addAsked(command, line);
    command->add_option("--why", line.why, "The reason, where a gateway is asked; it stays in the ledger: no personal data 理由,记入账本,勿含个人信息");
}

void addProfiles(CLI::App* command, CertsLine& line) {
    command->add_option("--profiles", line.profiles, withVariable("Directory of profiles of your own 自有模板目录", kProfilesVariable));
}

void addSubject(CLI::App* command, CertsLine& line) {
    command->add_option("--subject", line.subject, "As O=株洲市12345,CN=gateway; a comma in a value is \\, 主题");
    command->add_option("--dns", line.dns, "DNS name; may be repeated 域名");
    command->add_option("--ip", line.ip, "Address; may be repeated 地址");
    command->add_option("--email", line.email, "E-mail address 邮箱");
}

void addCerts(CLI::App& top, std::function<int()>& run) {
    auto* certs = top.add_subcommand("certs", "Certificates: authorities, issuing, renewing, revoking, inventory 证书");
    certs->require_subcommand(1);
    certs->footer(kExamples);
    const auto line = std::make_shared<CertsLine>();
    line->purpose = "any";
    line->deployment = fromEnvironment(kDeploymentVariable);
    line->profiles = fromEnvironment(kProfilesVariable);
    CertsCommands commands(*certs, line, run);
    addLooking(commands);
    addCertsAuthority(*certs, line, run);
    addJournal(commands);
    addIssue(commands);
    addRenew(commands);
    addRevoke(commands);
    addOutside(commands);
}

}  // namespace yht::app
