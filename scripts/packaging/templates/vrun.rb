# For a tap of Homebrew's: brew install OWNER/tap/vrun
class Vrun < Formula
  desc "@DESCRIPTION@"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@RELEASE@/@ARCHIVE aarch64-apple-darwin@"
      sha256 "@SUM aarch64-apple-darwin@"
    end
    on_intel do
      url "@RELEASE@/@ARCHIVE x86_64-apple-darwin@"
      sha256 "@SUM x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@RELEASE@/@ARCHIVE aarch64-unknown-linux-musl@"
      sha256 "@SUM aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@RELEASE@/@ARCHIVE x86_64-unknown-linux-musl@"
      sha256 "@SUM x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "vrun"
    man1.install "vrun.1"
    bash_completion.install "completions/vrun"
    zsh_completion.install "completions/_vrun"
    fish_completion.install "completions/vrun.fish"
  end

  test do
    assert_equal "vrun #{version}", shell_output("#{bin}/vrun --version").chomp
  end
end
